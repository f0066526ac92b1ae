import { Type, type Static } from 'typebox';
import type { JsonObject } from '../../../kernel/json.ts';
import type { PlaceholderSource } from '../../../policies/agents/index.ts';
import {
  applicationActions,
  assetScopes,
  type Items,
  type WindowsPolicy,
  type WindowsPolicyDocument,
} from '../../../policies/index.ts';
import type { Organization } from '../../../tenancy/index.ts';
import { hex, HexId, idOf, SegmentNumber, Timestamp } from '../shapes.ts';
import { AdmxConfigInfo, admxConfigInfoOf } from './admx-config-shape.ts';
import { AssetAnswer, assetAnswerOf } from './asset-shape.ts';
import { ScriptAnswer, ScriptInput, readScripts, writeScript } from './script-shape.ts';
import { ApplicationAnswer, applicationAnswerOf } from './windows-application-shape.ts';

const FreeMap = (description: string) => Type.Unsafe<JsonObject>({ type: 'object', description });

const PolicyApplication = Type.Object({
  winApplicationId: HexId('Windows application'),
  configuration: Type.Optional(FreeMap('Such as language and edition')),
  action: Type.Optional(Type.Enum([...applicationActions])),
  updatePolicy: Type.Optional(FreeMap('Such as autoUpdate and allowedVersions')),
});

const PolicyAsset = Type.Object({
  mdmAssetId: HexId('Asset'),
  location: Type.Optional(Type.String({ maxLength: 256, description: 'Folder on the device' })),
  assetName: Type.Optional(Type.String({ maxLength: 256, description: 'Name of the file on the device' })),
  scope: Type.Optional(Type.Enum([...assetScopes])),
});

const Bookmark = Type.Object({
  title: Type.Optional(Type.String({ maxLength: 256 })),
  description: Type.Optional(Type.String({ maxLength: 1024 })),
  url: Type.Optional(Type.String({ maxLength: 2048 })),
  iconBase64: Type.Optional(Type.String()),
  iconUrl: Type.Optional(Type.String({ maxLength: 2048 })),
});

const AgentConfiguration = Type.Object({
  enabled: Type.Optional(Type.Boolean()),
  buildTag: Type.Optional(Type.String({ maxLength: 128, description: 'Build of the agent' })),
  allowLocation: Type.Optional(Type.Boolean()),
  allowNetworkStatus: Type.Optional(Type.Boolean()),
  allowPackageTime: Type.Optional(Type.Boolean()),
  allowPackageTransfer: Type.Optional(Type.Boolean()),
});

const Config = Type.Record(
  Type.String({ maxLength: 500 }),
  Type.Union([Type.String(), Type.Number(), Type.Boolean()]),
  { description: 'Wanted values by OMA-URI' },
);

const listed = {
  config: Config,
  applications: Type.Array(PolicyApplication, { maxItems: 1000 }),
  bookmarks: Type.Array(Bookmark, { maxItems: 1000 }),
  admxConfigs: Type.Array(Type.Object({ winAdmxConfigId: HexId('ADMX configuration') }), { maxItems: 1000 }),
  agentConfiguration: AgentConfiguration,
  assets: Type.Array(PolicyAsset, { maxItems: 1000 }),
};

const Name = Type.String({ minLength: 1, maxLength: 256 });

const changeable = {
  ...Type.Partial(Type.Object(listed)).properties,
  scripts: Type.Optional(Type.Array(ScriptInput, { maxItems: 1000 })),
  segmentId: Type.Optional(SegmentNumber),
  exposeToChildren: Type.Optional(Type.Boolean({ description: 'Segments below may use it too' })),
};

export const NewWindowsPolicy = Type.Object({ name: Name, ...changeable });
export const WindowsPolicyChange = Type.Object({ name: Type.Optional(Name), ...changeable });

export const WindowsPolicyAnswer = Type.Object({
  id: HexId('Windows policy'),
  organizationId: HexId('Organization'),
  winEnterpriseId: HexId("Windows enterprise: an organization has one, under the organization's id"),
  name: Type.String(),
  ...listed,
  scripts: Type.Array(ScriptAnswer),
  applicationsInfo: Type.Array(ApplicationAnswer),
  scriptsInfo: Type.Array(AssetAnswer),
  admxConfigsInfo: Type.Array(AdmxConfigInfo),
  assetsInfo: Type.Array(AssetAnswer),
  version: Type.Integer({ description: 'One more with every change' }),
  segmentId: Type.Integer({ description: 'Segment that the policy belongs to; 0 is the root' }),
  exposeToChildren: Type.Boolean(),
  updatedAt: Timestamp('Last change'),
  createdAt: Timestamp('Creation'),
});

/** What a body says of a policy: absent members are absent. Faults: `invalidInput`. */
export function readPolicyChange(body: Static<typeof WindowsPolicyChange>) {
  const { name, segmentId, exposeToChildren, scripts, applications, admxConfigs, assets, ...rest } = body;
  const document: Partial<WindowsPolicyDocument> = {
    ...rest,
    ...(scripts && { scripts: readScripts(scripts) }),
    ...(applications && {
      applications: applications.map(readApplication),
    }),
    ...(admxConfigs && {
      admxConfigs: admxConfigs.map((item) => ({
        winAdmxConfigId: idOf(item.winAdmxConfigId, 'ADMX configuration'),
      })),
    }),
    ...(assets && {
      assets: assets.map(readAsset),
    }),
  };
  return {
    ...(name !== undefined && { name }),
    ...(segmentId !== undefined && { segment: Number(segmentId) }),
    ...(exposeToChildren !== undefined && { exposeToChildren }),
    document,
  };
}

function readApplication({ winApplicationId, ...rest }: Static<typeof PolicyApplication>) {
  return { winApplicationId: idOf(winApplicationId, 'Windows application'), ...rest };
}

function readAsset({ mdmAssetId, ...rest }: Static<typeof PolicyAsset>) {
  return { mdmAssetId: idOf(mdmAssetId, 'Asset'), ...rest };
}

/** The policy with what it refers to, as far as `items` has it. `source`: of the device that it is answered for. */
export function policyAnswerOf(
  { id: organization }: Organization,
  { id, name, document, version, segment, exposeToChildren, createdAt, updatedAt }: WindowsPolicy,
  items: Items,
  source?: PlaceholderSource,
): Static<typeof WindowsPolicyAnswer> {
  const { config, applications, bookmarks, scripts, admxConfigs, agentConfiguration, assets } = document;
  return {
    id: hex(id),
    organizationId: hex(organization),
    winEnterpriseId: hex(organization),
    name,
    config,
    applications: applications.map(({ winApplicationId, ...rest }) => ({
      winApplicationId: hex(winApplicationId),
      ...rest,
    })),
    applicationsInfo: found(applications, (item) => items.applications.get(item.winApplicationId)).map(
      applicationAnswerOf,
    ),
    bookmarks: [...bookmarks],
    scripts: scripts.map((script) => writeScript(script, items, source)),
    scriptsInfo: found(scripts, (script) => items.assets.get(script.id)).map((asset) =>
      assetAnswerOf(organization, asset),
    ),
    admxConfigs: admxConfigs.map(({ winAdmxConfigId }) => ({ winAdmxConfigId: hex(winAdmxConfigId) })),
    admxConfigsInfo: found(admxConfigs, (item) => items.admxConfigs.get(item.winAdmxConfigId)).map(
      admxConfigInfoOf,
    ),
    agentConfiguration,
    assets: assets.map(({ mdmAssetId, ...rest }) => ({ mdmAssetId: hex(mdmAssetId), ...rest })),
    assetsInfo: found(assets, (item) => items.assets.get(item.mdmAssetId)).map((asset) =>
      assetAnswerOf(organization, asset),
    ),
    version,
    segmentId: segment,
    exposeToChildren,
    updatedAt: updatedAt.toISOString(),
    createdAt: createdAt.toISOString(),
  };
}

/** What each reference refers to, once. */
export function found<Reference, Item>(
  references: readonly Reference[],
  itemOf: (reference: Reference) => Item | undefined,
): Item[] {
  return [...new Set(references.map(itemOf).filter((item) => item !== undefined))];
}
