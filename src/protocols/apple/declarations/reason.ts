import type { Json, JsonObject } from '../../../kernel/json.ts';

/** Why a declaration is not valid or not active, or a status item could not be reported, as the device tells. */
export interface StatusReason {
  readonly code: string;
  readonly description: string | undefined;
  readonly details: JsonObject | undefined;
  /** For people: what the code means, what it is about, and the device's own words. */
  readonly text: string;
}

/** @see https://developer.apple.com/documentation/devicemanagement/declarationbase */
const meanings: Readonly<Record<string, string>> = {
  'Error.ActivationFailed': 'It is not in effect, because its activation failed',
  'Error.AssetCannotBeDeserialized': 'Its data is not of the type that it should be',
  'Error.AssetCannotBeDownloaded': 'Its data could not be downloaded',
  'Error.AssetCannotBeVerified': 'The data that was downloaded is not what was declared',
  'Error.ConfigurationCannotBeApplied': 'The device could not apply it',
  'Error.ConfigurationCannotBeDeserialized': 'The device could not read it',
  'Error.ConfigurationFailed': 'It is not used, because the configuration that refers to it failed',
  'Error.ConfigurationIsInvalid': 'Its content is not valid on this device',
  'Error.ConfigurationNotSupported': 'The device does not support it on this system, channel or enrolment',
  'Error.InvalidPayload': 'The device has not got all of it',
  'Error.MissingAssets': 'It refers to assets that the device does not have',
  'Error.MissingConfigurations': 'It refers to configurations that the device does not have',
  'Error.MissingState': 'The device has lost what it knew about it',
  'Error.PredicateFailed': 'The condition for it could not be worked out',
  'Error.UnableToEvaluatePredicate': 'The condition for it could not be worked out',
  'Error.UnableToParsePredicate': 'The condition for it is not written correctly',
  'Error.UnableToParsePredicateWithCustomOperator':
    'The condition for it uses an operator that the device cannot read',
  'Error.Unknown': 'The device met an error that it has no code for',
  'Error.UnknownDeclarationType': 'The device does not know declarations of this type',
  'Error.UnknownPayloadKeys': 'The device does not know some of its keys',
  'Info.NotReferencedByActivation': 'No activation refers to it, so it is not in effect',
  'Info.NotReferencedByConfiguration': 'No configuration refers to it, so it is not used',
  'Info.Predicate': 'The condition for it does not hold, so it is not in effect',
  'Info.UnsupportedSettings': 'The device does not support some of its settings',
};

/** Members of the details that name what the reason is about. */
const subjects = [
  'AssetIdentifiers',
  'ConfigurationIdentifiers',
  'UnknownPayloadKeys',
  'UnknownDeclarationType',
  'Predicate',
] as const;

export function statusReason(
  code: string,
  description: string | undefined,
  details: JsonObject | undefined,
): StatusReason {
  const meaning = Object.hasOwn(meanings, code)
    ? meanings[code]!
    : `The device says '${code}', which this version of the server does not know`;
  const names = subjects.flatMap((name) => textsOf(details?.[name])).join(', ');
  const words = description ? ` The device says: ${description}` : '';
  return { code, description, details, text: `${meaning}${names && `: ${names}`}.${words}` };
}

/** Devices list names, or write them as one text. */
function textsOf(value: Json | undefined): string[] {
  return [value].flat().filter((item) => typeof item === 'string');
}
