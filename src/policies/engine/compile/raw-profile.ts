import type { JsonObject } from '../../../kernel/json.ts';
import { textOf } from '../json-values.ts';
import { bytesOfBase64 } from '../../../kernel/base64.ts';
import { undelivered, type Properties, type Property } from './graph-properties.ts';
import { profileIdentifier } from './profile-identifier.ts';

/**
 * A whole profile is one setting, delivered byte for byte. Devices know profiles by their identifier, so two policies with the same one
 * speak of the same profile; one whose identifier cannot be read is known by its policy.
 */
const payload: Property = (value, document, { policyId }) => {
  const bytes = typeof value === 'string' && value !== '' ? bytesOfBase64(value) : undefined;
  if (!bytes) return [undelivered('unreadable', 'The profile is not valid Base64.')];
  return [
    {
      platform: 'apple',
      key: `profile/${profileIdentifier(bytes) ?? policyId}`,
      title:
        textOf(document['payloadName']) || textOf(document['payloadFileName']) || 'Configuration profile',
      value: valueOf(document),
      combine: 'first',
    },
  ];
};

const withPayload: Property = (_value, document) =>
  document['payload'] ? [] : [undelivered('needsAnother', "It counts only together with 'payload'.")];

/** The properties of a Graph type that holds a profile. They are all members of the one setting's value. */
export const rawProfileProperties = {
  payload,
  payloadName: withPayload,
  payloadFileName: withPayload,
} satisfies Properties;

/** For a type that can also say to whom a profile is given, the device or its user. */
export const deploymentChannel: Property = withPayload;

function valueOf(document: JsonObject): JsonObject {
  const members = ['payload', 'payloadName', 'payloadFileName', 'deploymentChannel'] as const;
  return Object.fromEntries(
    members.filter((name) => document[name] != null).map((name) => [name, document[name]!]),
  );
}
