import type { Json } from '../../../kernel/json.ts';
import { appleSetting, type AppleKey } from '../apple/keys.ts';
import type { restrictions } from '../apple/restrictions.ts';
import { objectsOf, textOf } from '../json-values.ts';
import { ofItem, undelivered, type Outcome, type Property } from './graph-properties.ts';

type Restriction = keyof typeof restrictions;

/** `true` gives the key this value; `false` says nothing. */
export function whenTrue(key: AppleKey, value: boolean): Property {
  const outcomes = [appleSetting(key, value)];
  return (said) => {
    if (said === true) return outcomes;
    return said === false ? [] : [undelivered('unreadable', 'It must be true or false.')];
  };
}

/** A property that blocks what Apple's key allows. */
export function blocks(restriction: Restriction): Property {
  return whenTrue(`com.apple.applicationaccess/${restriction}`, false);
}

/** A property that means what Apple's key means. */
export function sets(restriction: Restriction): Property {
  return whenTrue(`com.apple.applicationaccess/${restriction}`, true);
}

interface Amount {
  /** What Apple takes, in Apple's unit. */
  readonly from: number;
  readonly to?: number;
  /** Apple's unit, for people. */
  readonly unit: string;
  /** How many of Apple's units are one of Graph's. */
  readonly times?: number;
}

/** A number. Above what Apple takes, Apple's limit is sent, below it nothing; both are named. */
export function amount(key: AppleKey, { from, to = Infinity, unit, times = 1 }: Amount): Property {
  return (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) {
      return [undelivered('unreadable', 'It must be an integer.')];
    }
    const wanted = value * times;
    if (wanted < from) {
      return [undelivered('outOfRange', `Apple takes ${from} ${unit} or more; nothing is sent.`)];
    }
    if (wanted <= to) return [appleSetting(key, wanted)];
    return [
      appleSetting(key, to),
      undelivered('limited', `Apple takes at most ${to} ${unit}; ${to} is sent.`),
    ];
  };
}

/** A choice of named values. Those that are null say nothing. */
export function choice(key: AppleKey, values: Readonly<Record<string, Json>>): Property {
  return (value) => {
    const chosen = typeof value === 'string' && Object.hasOwn(values, value) ? values[value] : undefined;
    if (chosen === undefined) {
      return [undelivered('unreadable', `It must be one of ${Object.keys(values).join(', ')}.`)];
    }
    return chosen === null ? [] : [appleSetting(key, chosen)];
  };
}

/** A list of texts, taken as it is. */
export function texts(key: AppleKey): Property {
  return (value) =>
    Array.isArray(value) && value.every((item) => typeof item === 'string')
      ? [appleSetting(key, value)]
      : [undelivered('unreadable', 'It must be a list of texts.')];
}

/** The bundle identifiers of a list of apps. Apps without one are named, as Apple's keys know apps by nothing else. */
export function bundleIds(apps: Json): { readonly ids: string[]; readonly missing: readonly Outcome[] } {
  const items = objectsOf(apps);
  if (!items) return { ids: [], missing: [undelivered('unreadable', 'It must be a list of apps.')] };
  const nameless = undelivered('needsAnother', 'Apple knows apps by their bundle identifier (appId) only.');
  return {
    ids: items.map(({ appId }) => textOf(appId)).filter((id) => id !== ''),
    missing: items.flatMap((app, index) =>
      textOf(app['appId']) === '' ? [ofItem(nameless, `[${index}]`, app)] : [],
    ),
  };
}
