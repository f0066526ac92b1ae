import type { Device } from '../../devices/index.ts';
import type { User } from '../../directory/index.ts';
import { hexOfId } from '../../kernel/id.ts';

/** What placeholders stand for on one device. */
export interface PlaceholderSource {
  readonly device: Device;
  /** Whose device it is; undefined for nobody's. */
  readonly user: User | undefined;
}

/** A text with its placeholders filled in, or why that is not possible, for people. */
export type FilledText = { readonly text: string } | { readonly error: string };

/** One placeholder, whatever stands in it: what looks like one and is none is a mistake, never plain text. */
const placeholder = /\{\{(.*?)\}\}/gs;

const properties = {
  device: {
    id: ({ device }) => hexOfId(device.id),
    displayName: ({ device }) => device.displayName,
    name: ({ device }) => device.summary.name,
    serialNumber: ({ device }) => device.serialNumber,
    imei: ({ device }) => device.imei,
    winId: ({ device }) => device.platformId,
    os: ({ device }) => device.summary.os,
    osVersion: ({ device }) => device.summary.osVersion,
    osVersionName: ({ device }) => device.summary.osVersionName,
    segmentId: ({ device }) => String(device.segment),
    tags: ({ device }) => device.tags.join(','),
  },
  user: {
    id: ({ user }) => user && hexOfId(user.id),
    email: ({ user }) => user?.email,
    name: ({ user }) => user?.name,
    language: ({ user }) => user?.language,
    managedAppleId: ({ user }) => user?.managedAppleId,
  },
} as const satisfies Record<string, Record<string, (source: PlaceholderSource) => string | null | undefined>>;

/** Fills in `{{device.x}}` and `{{user.x}}`, where `x` of a user may be one of their metadata. A name that is not known, or stands for nothing here, is an error. */
export function fillIn(text: string, source: PlaceholderSource): FilledText {
  const errors: string[] = [];
  const filled = text.replaceAll(placeholder, (written, inside: string) => {
    const value = valueOf(inside.trim(), source);
    if ('text' in value) return value.text;
    errors.push(`${written} ${value.error}`);
    return '';
  });
  return errors.length > 0 ? { error: `${errors.join('; ')}.` } : { text: filled };
}

/** Which placeholders of a text are not known for any device, for people; undefined when all are. Users have metadata of any name. */
export function wrongPlaceholders(text: string): string | undefined {
  const wrong = [...text.matchAll(placeholder)].flatMap(([written, inside = '']) => {
    const [area, ...rest] = inside.trim().split('.');
    const isKnown =
      area === 'device'
        ? Object.hasOwn(properties.device, rest.join('.'))
        : area === 'user' && rest.length > 0;
    return isKnown ? [] : written;
  });
  if (wrong.length === 0) return undefined;
  const known = Object.keys(properties.device).map((name) => `device.${name}`);
  return `${wrong.join(', ')} is not known; there are ${known.join(', ')} and user.…`;
}

function valueOf(name: string, source: PlaceholderSource): FilledText {
  const [area, ...rest] = name.split('.');
  const property = rest.join('.');
  if (area === 'smart_attribute') return { error: 'is a smart attribute, which this server does not have' };
  if (area !== 'device' && area !== 'user') {
    return { error: 'is not known: placeholders are {{device.…}} and {{user.…}}' };
  }
  if (area === 'user' && !source.user) return { error: 'stands for nothing: the device has no user' };
  const known: Record<string, (source: PlaceholderSource) => string | null | undefined> = properties[area];
  const isKnown = Object.hasOwn(known, property);
  const value = isKnown ? known[property]!(source) : area === 'user' && metadataOf(property, source);
  if (value === undefined || value === null || value === '') {
    return { error: `stands for nothing: the ${area} has no ${property}` };
  }
  if (value !== false) return { text: value };
  const names = Object.keys(known).join(', ');
  const more = area === 'user' ? ", and what that user's metadata has" : '';
  return { error: `is not known: of ${area} there are ${names}${more}` };
}

/** A free property of the user; false for one that the user does not have, or that is a list or an object. */
function metadataOf(name: string, { user }: PlaceholderSource): string | false {
  const value = user && Object.hasOwn(user.metadata, name) ? user.metadata[name] : undefined;
  return value === undefined || value === null || typeof value === 'object' ? false : String(value);
}
