import { isDeepStrictEqual } from 'node:util';
import { anyOf } from '../database/index.ts';
import { textOfBase64 } from '../kernel/base64.ts';
import { invalidInput, type Violation } from '../kernel/fault.ts';
import { parseGuidId, type Id } from '../kernel/id.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import { Secret } from '../kernel/secret.ts';
import type { WriteContext } from '../tenancy/index.ts';
import { policiesTables } from './tables.ts';

/** The OMA settings that can hold a secret, and what a document holds in place of their value: `****`, where it is Base64 that of it. */
const masks: ReadonlyMap<string, string> = new Map([
  ['omaSettingBase64', '****'],
  ['omaSettingString', '****'],
  ['omaSettingStringXml', 'KioqKg=='],
]);

/** Whether a setting has a mask in place of its value. */
export function isMasked(setting: JsonObject): boolean {
  return setting['isEncrypted'] === true || masks.get(typeOf(setting)) === setting['value'];
}

/** A value that is kept encrypted. */
export interface OmaSecret {
  readonly id: Id;
  /** The setting's type, without `microsoft.graph.`. */
  readonly type: string;
  /** As Graph writes the setting's value. */
  readonly value: Secret;
}

/**
 * Keeps the values of OMA settings that can hold a secret, and puts a mask and a reference in their place. A mask that comes back keeps
 * the secret it stands for: the one that its reference names, else the one of the stored setting of the same type and path. Faults:
 * `invalidInput` (a mask that stands for nothing, XML that is not UTF-8).
 */
export async function sealOmaSettings(
  context: WriteContext,
  policyId: Id,
  document: JsonObject,
  stored: JsonObject | undefined,
): Promise<JsonObject> {
  const settings = settingsOf(document);
  const before = settingsOf(stored);
  if (isDeepStrictEqual(settings, before)) return document;
  const references = [...settings, ...before].flatMap((setting) => idOfReference(context, policyId, setting));
  const known = new Map((await openSecrets(context, policyId, references)).map((one) => [one.id, one]));
  const sealing: Sealing = { context, policyId, before, known, made: [], violations: [] };
  const omaSettings = settings.map((setting, index) => sealed(sealing, setting, `omaSettings[${index}]`));
  if (sealing.violations.length > 0) throw invalidInput(sealing.violations);
  await keepSecrets(context, policyId, sealing.made);
  return { ...document, omaSettings };
}

/** The settings of one policy being sealed. */
interface Sealing {
  readonly context: WriteContext;
  readonly policyId: Id;
  /** As they are stored. */
  readonly before: readonly JsonObject[];
  /** What these and the new ones refer to. */
  readonly known: ReadonlyMap<Id, OmaSecret>;
  readonly made: OmaSecret[];
  readonly violations: Violation[];
}

/** A setting as it is stored. */
function sealed(sealing: Sealing, setting: JsonObject, place: string): JsonObject {
  const { isEncrypted: _, secretReferenceValueId: __, ...clear } = setting;
  const mask = masks.get(typeOf(setting));
  if (mask === undefined) return clear;
  const secret = secretOf(sealing, setting, mask);
  if (typeof secret === 'string') {
    sealing.violations.push({ path: `${place}.value`, message: secret });
    return clear;
  }
  const secretReferenceValueId = referenceTo(sealing.context, sealing.policyId, secret.id);
  return { ...clear, value: mask, isEncrypted: true, secretReferenceValueId };
}

/** The secret that a setting's value stands for or is, a stored one where it can be; or what is wrong with the value. */
function secretOf(sealing: Sealing, setting: JsonObject, mask: string): OmaSecret | string {
  const type = typeOf(setting);
  const value = setting['value'] as string;
  const meant = secretsMeantBy(sealing, setting);
  if (value === mask) {
    const unclear = 'is the mask of a secret that is not stored here; send the value itself';
    return meant.length === 1 ? meant[0]! : unclear;
  }
  if (type === 'omaSettingStringXml' && textOfBase64(value) === undefined)
    return 'must be Base64 of UTF-8 text';
  const same = meant.find((one) => one.value.reveal() === value);
  if (same) return same;
  const secret = { id: sealing.context.newId(), type, value: new Secret(value) };
  sealing.made.push(secret);
  return secret;
}

function secretsMeantBy({ context, policyId, before, known }: Sealing, setting: JsonObject): OmaSecret[] {
  const secretsOf = (one: JsonObject) =>
    idOfReference(context, policyId, one)
      .flatMap((id) => known.get(id) ?? [])
      .filter(({ type }) => type === typeOf(setting));
  const named = secretsOf(setting);
  if (named.length > 0) return named;
  return before.filter((one) => one['omaUri'] === setting['omaUri']).flatMap(secretsOf);
}

/** The secrets among these that the policy has. */
export async function openSecrets(
  { db, scope, secrets }: WriteContext,
  policyId: Id,
  ids: readonly Id[],
): Promise<OmaSecret[]> {
  if (ids.length === 0) return [];
  const rows = await policiesTables(db)
    .selectFrom('policies_secret')
    .select(['id', 'type', 'sealed'])
    .where('organization_id', '=', scope.organization.id)
    .where('policy_id', '=', policyId)
    .where('id', '=', anyOf(ids))
    .execute();
  return rows.map(({ id, type, sealed }) => ({
    id,
    type,
    value: secrets.open(sealed, purposeOf(policyId, id)),
  }));
}

/** What these references of any policies stand for: text, for XML the XML itself. Those that stand for nothing any more are left out. */
export async function openReferences(
  context: WriteContext,
  references: readonly string[],
): Promise<Map<string, Secret>> {
  const named = references.flatMap((secretReferenceValueId) => {
    const policyId = parseGuidId(secretReferenceValueId.split('_')[1] ?? '');
    const [id] = policyId ? idOfReference(context, policyId, { secretReferenceValueId }) : [];
    return policyId && id ? [{ reference: secretReferenceValueId, policyId, id }] : [];
  });
  const opened = new Map<string, Secret>();
  for (const [policyId, ofPolicy] of Map.groupBy(named, (one) => one.policyId)) {
    const ids = ofPolicy.map(({ id }) => id);
    const secrets = new Map((await openSecrets(context, policyId, ids)).map((one) => [one.id, one]));
    for (const { reference, id } of ofPolicy) {
      const secret = secrets.get(id);
      if (secret) opened.set(reference, textOfSecret(secret));
    }
  }
  return opened;
}

/** As devices take it: Graph has XML in Base64. */
export function textOfSecret({ type, value }: OmaSecret): Secret {
  if (type !== 'omaSettingStringXml') return value;
  return new Secret(textOfBase64(value.reveal()) ?? value.reveal());
}

async function keepSecrets(
  { db, scope, now, secrets }: WriteContext,
  policyId: Id,
  made: readonly OmaSecret[],
): Promise<void> {
  if (made.length === 0) return;
  await policiesTables(db)
    .insertInto('policies_secret')
    .values(
      made.map(({ id, type, value }) => ({
        organization_id: scope.organization.id,
        policy_id: policyId,
        id,
        type,
        sealed: secrets.seal(value, purposeOf(policyId, id)),
        created_at: now,
      })),
    )
    .execute();
}

function purposeOf(policyId: Id, id: Id): string {
  return `policies_secret:${policyId}:${id}`;
}

/** In the form that Intune's references have: tools read the policy's id out of it. */
function referenceTo({ scope }: WriteContext, policyId: Id, id: Id): string {
  return [scope.organization.id, policyId, id].join('_');
}

/** The id of the secret that a setting of this policy refers to; none when it refers to none. */
export function idOfReference(
  context: WriteContext,
  policyId: Id,
  { secretReferenceValueId }: { readonly secretReferenceValueId?: Json },
): Id[] {
  if (typeof secretReferenceValueId !== 'string') return [];
  const id = parseGuidId(secretReferenceValueId.split('_').at(-1)!);
  const isIt = id && referenceTo(context, policyId, id) === secretReferenceValueId.toLowerCase();
  return isIt ? [id] : [];
}

function settingsOf(document: JsonObject | undefined): JsonObject[] {
  return (document?.['omaSettings'] ?? []) as JsonObject[];
}

function typeOf(setting: JsonObject): string {
  return (setting['@odata.type'] as string).split('.').at(-1)!;
}
