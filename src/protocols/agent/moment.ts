import { Type } from 'typebox';
import { invalidInput } from '../../kernel/fault.ts';

export const Moment = (description: string) =>
  Type.String({ format: 'date-time', maxLength: 40, description });

/** How far ahead of the server's a device's clock may be. */
const aheadAtMost = 600_000;
const earliest = new Date('2000-01-01T00:00:00Z');

/** Reads a moment that a device tells by its own clock. Faults: `invalidInput`, for one that cannot be. */
export function readMoment(text: string, path: string, now: Date): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime()) || date < earliest) {
    throw invalidInput([{ path, message: `'${text}' is not a moment since ${earliest.toISOString()}` }]);
  }
  if (date.getTime() - now.getTime() > aheadAtMost) {
    throw invalidInput([
      { path, message: `'${text}' has not come yet: it is ${now.toISOString()}. Set the device's clock.` },
    ]);
  }
  return date;
}
