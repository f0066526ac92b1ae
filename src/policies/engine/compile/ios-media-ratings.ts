import type { Json } from '../../../kernel/json.ts';
import { appleSetting, type AppleKey } from '../apple/keys.ts';
import { isObject, textOf } from '../json-values.ts';
import { choice } from './apple-properties.ts';
import { never, undelivered, type Outcome, type Properties, type Property } from './graph-properties.ts';

const films: Readonly<Record<string, number>> = {
  allAllowed: 1000,
  allBlocked: 0,
  general: 100,
  parentalGuidance: 200,
  parentalGuidance13: 300,
  restricted: 400,
  adults: 500,
};

const television: Readonly<Record<string, number>> = {
  allAllowed: 1000,
  allBlocked: 0,
  childrenAll: 100,
  childrenAbove7: 200,
  general: 300,
  parentalGuidance: 400,
  childrenAbove14: 500,
  adults: 600,
};

const payload = 'com.apple.applicationaccess';

/** Apple publishes what its numbers mean for apps and for the United States. */
const unitedStates: Property = (value) => {
  if (!isObject(value)) return [undelivered('unreadable', 'It must be two ratings.')];
  const { movieRating, tvRating } = value;
  return [
    appleSetting(`${payload}/ratingRegion`, 'us'),
    ...rating(`${payload}/ratingMovies`, films, movieRating),
    ...rating(`${payload}/ratingTVShows`, television, tvRating),
  ];
};

function rating(
  key: AppleKey,
  numbers: Readonly<Record<string, number>>,
  value: Json | undefined,
): Outcome[] {
  if (value === undefined || value === null) return [];
  const number = typeof value === 'string' && Object.hasOwn(numbers, value) ? numbers[value] : undefined;
  return number === undefined
    ? [undelivered('unreadable', `'${textOf(value)}' is no rating of the United States.`)]
    : [appleSetting(key, number)];
}

const otherCountry = never(
  'noKnownKey',
  "Apple publishes the numbers of its ratings for the United States only; this country's are not known.",
);

/** @see https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.applicationaccess.yaml */
export const mediaRatings: Properties = {
  mediaContentRatingApps: choice(`${payload}/ratingApps`, {
    // What devices do without a policy.
    allAllowed: null,
    allBlocked: 0,
    agesAbove4: 100,
    agesAbove9: 200,
    agesAbove12: 300,
    agesAbove17: 600,
  }),
  mediaContentRatingUnitedStates: unitedStates,
  mediaContentRatingAustralia: otherCountry,
  mediaContentRatingCanada: otherCountry,
  mediaContentRatingFrance: otherCountry,
  mediaContentRatingGermany: otherCountry,
  mediaContentRatingIreland: otherCountry,
  mediaContentRatingJapan: otherCountry,
  mediaContentRatingNewZealand: otherCountry,
  mediaContentRatingUnitedKingdom: otherCountry,
};
