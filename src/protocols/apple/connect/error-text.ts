import type { ReportedError } from '../commands/wire/report.ts';

/** Why a device failed at a command, for people: each cause that says something, with its domain and code. */
export function textOfErrors(errors: readonly ReportedError[]): string {
  const told = errors.map(({ domain, code, description }) => {
    const named = [domain, code].filter((part) => part !== null).join(' ');
    return description === null ? named : named === '' ? description : `${description} (${named})`;
  });
  return told.filter((text) => text !== '').join(' — ') || 'The device does not say why.';
}
