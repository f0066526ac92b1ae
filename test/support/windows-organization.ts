import { createAudience, type Audience, type AudienceSelectors } from '../../src/devices/audiences/index.ts';
import { createDevice, type Device, type NewDevice } from '../../src/devices/index.ts';
import { createSegment, createUser, type User, type UserContent } from '../../src/directory/index.ts';
import { parseHexId, type Id } from '../../src/kernel/id.ts';
import {
  createAdmxConfig,
  createApplication,
  createAsset,
  createRule,
  createWindowsPolicy,
  emptyWindowsPolicy,
  type AdmxConfig,
  type Application,
  type Asset,
  type AutomationRule,
  type NewAsset,
  type NewPolicy,
  type RuleContent,
  type WindowsPolicy,
  type WindowsPolicyDocument,
} from '../../src/policies/index.ts';
import type { WriteContext } from '../../src/tenancy/index.ts';
import type { Tenant, TestAnswer, TestRequest, TestServer } from './server.ts';

/** Makes what Windows devices are tested with, in an organization of its own. */
export interface WindowsOrganization {
  readonly tenant: Tenant;
  /** Sends a request below `/v1/organizations/{slug}/mdm`. */
  send(path: string, request?: Omit<TestRequest, 'url'>): Promise<TestAnswer>;
  /** Sends a body by PUT below `/v1/organizations/{slug}/mdm/windows/enterprise`. */
  put(path: string, body: unknown, headers?: Record<string, string>): Promise<TestAnswer>;
  change<Result>(work: (context: WriteContext) => Promise<Result>): Promise<Result>;
  /** Everything that is made can have an id of the test's choice, as 24 hex digits. */
  user(email: string, id?: string, rest?: Partial<UserContent>): Promise<User>;
  /** Selectors that are left out are empty. */
  audience(name: string, selectors: Partial<AudienceSelectors>, id?: string): Promise<Audience>;
  rule(
    name: string,
    rest: Pick<RuleContent, 'audienceIds' | 'actions'> & Partial<RuleContent>,
    id?: string,
  ): Promise<AutomationRule>;
  segment(name: string, parentId?: number): Promise<number>;
  device(input?: Omit<NewDevice, 'platform'>, id?: string): Promise<Device>;
  policy(
    name: string,
    document?: Partial<WindowsPolicyDocument>,
    id?: string,
    rest?: Partial<NewPolicy>,
  ): Promise<WindowsPolicy>;
  script(fileName: string, id?: string, rest?: Partial<NewAsset>): Promise<Asset>;
  application(winStoreId: string, id?: string): Promise<Application>;
  admxConfig(fileName: string, id?: string): Promise<AdmxConfig>;
}

export async function windowsOrganization(
  server: TestServer,
  slug: string,
  plan?: string,
): Promise<WindowsOrganization> {
  const tenant = await server.addTenant(slug, plan);
  const change: WindowsOrganization['change'] = (work) => server.change(tenant, work);
  const send: WindowsOrganization['send'] = (path, request = {}) =>
    server.send({ token: tenant.token, ...request, url: `/v1/organizations/${slug}/mdm${path}` });
  const withId = <Result>(id: string | undefined, work: (context: WriteContext) => Promise<Result>) =>
    change((context) => work(id === undefined ? context : { ...context, newId: firstThen(id, context) }));
  return {
    tenant,
    send,
    put: (path, body, headers = {}) => send(`/windows/enterprise${path}`, { method: 'PUT', body, headers }),
    change,
    user: (email, id, rest = {}) => withId(id, (context) => createUser(context, { ...rest, email })),
    audience: (name, selectors, id) =>
      withId(id, (context) =>
        createAudience(context, { name, description: null, selectors: { ...noSelectors, ...selectors } }),
      ),
    rule: (name, rest, id) =>
      withId(id, (context) => createRule(context, { description: null, enabled: true, ...rest, name })),
    segment: async (name, parentId = 0) =>
      (await change((context) => createSegment(context, { name, parentId }))).id,
    device: (input = {}, id) =>
      withId(id, (context) => createDevice(context, { platform: 'windows', ...input })),
    policy: (name, document = {}, id, rest = {}) =>
      withId(id, (context) =>
        createWindowsPolicy(context, { ...rest, name, document: { ...emptyWindowsPolicy, ...document } }),
      ),
    script: (fileName, id, rest = {}) =>
      withId(id, (context) =>
        createAsset(context, {
          fileName,
          mimeType: 'text/plain',
          content: Buffer.from('Get-Date'),
          ...rest,
        }),
      ),
    application: (winStoreId, id) =>
      withId(id, (context) =>
        createApplication(context, { type: 'store', config: { winStoreId }, info: {} }),
      ),
    admxConfig: (fileName, id) =>
      withId(id, (context) =>
        createAdmxConfig(context, {
          appName: 'Microsoft Edge',
          settingType: 'Privacy',
          fileName,
          description: 'Controls Edge browser privacy settings',
          content: '<policyDefinitions/>',
        }),
      ),
  };
}

export const noSelectors: AudienceSelectors = {
  deviceGroups: [],
  mdmUserGroups: [],
  winDeviceIds: [],
  admDeviceIds: [],
  mdmUserIds: [],
  serialNumbers: [],
};

/** The first id is the test's choice; the audit events that follow have ids of their own. */
function firstThen(hex: string, { newId }: WriteContext): () => Id {
  let chosen = parseHexId(hex);
  return () => {
    const id = chosen ?? newId();
    chosen = undefined;
    return id;
  };
}
