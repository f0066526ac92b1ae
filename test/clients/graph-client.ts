/**
 * Does what an administrator's program does with Microsoft's Graph client; `graph-client.test.ts` runs it as a process of its own,
 * because Node reads `NODE_EXTRA_CA_CERTS` at its start alone. Of a program for Microsoft's cloud only the authority and the base URL
 * are changed. Its one argument is a `GraphProgram` as JSON, its output a `GraphProgramResult`.
 */
import { ClientSecretCredential } from '@azure/identity';
import {
  BatchRequestContent,
  BatchResponseContent,
  Client,
  GraphError,
  PageIterator,
  type PageCollection,
} from '@microsoft/microsoft-graph-client';
import { TokenCredentialAuthenticationProvider } from '@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js';
import {
  macOSGeneralExample,
  partnerExample,
  pushCertificateExample,
} from '../../src/api/graph/fixtures/documented-examples.ts';
import { makeApplePushCa } from '../support/apple-push-ca.ts';

export interface GraphProgram {
  readonly authority: string;
  readonly baseUrl: string;
  readonly version: 'v1.0' | 'beta';
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

interface Entity {
  readonly id: string;
  readonly [name: string]: unknown;
}

export interface GraphProgramResult {
  readonly pushCertificate: unknown;
  readonly refusedCertificate: {
    readonly statusCode: number;
    readonly code: string | null;
    readonly message: string;
  };
  /** Null where the service answers a change with no body. */
  readonly macOSGeneral: { readonly changed: unknown; readonly read: unknown; readonly assignments: unknown };
  readonly partner: unknown;
  readonly partnerNames: readonly unknown[];
  /** Of a list, of an id that there is not, and of another list. */
  readonly batchStatuses: readonly number[];
  readonly removed: unknown;
}

function graphClient(program: GraphProgram): Client {
  const credential = new ClientSecretCredential(program.tenant, program.clientId, program.clientSecret, {
    authorityHost: program.authority,
    disableInstanceDiscovery: true,
  });
  return Client.initWithMiddleware({
    authProvider: new TokenCredentialAuthenticationProvider(credential, {
      scopes: ['https://graph.microsoft.com/.default'],
    }),
    baseUrl: program.baseUrl,
    customHosts: new Set([new URL(program.baseUrl).hostname]),
    defaultVersion: program.version,
  });
}

async function run(program: GraphProgram): Promise<GraphProgramResult> {
  const client = graphClient(program);

  const certificateApi = '/deviceManagement/applePushNotificationCertificate';
  const request = (await client
    .api(`${certificateApi}/downloadApplePushNotificationCertificateSigningRequest`)
    .get()) as { value: string };
  const days = (count: number) => new Date(Date.now() + count * 86_400_000);
  const validity = { notBefore: days(-1), notAfter: days(300) };
  const certificate = makeApplePushCa().issue(request.value, validity);
  const pushCertificate: unknown = await client
    .api(certificateApi)
    .patch({ ...pushCertificateExample.request, certificate });
  const refused: unknown = await client
    .api(certificateApi)
    .patch(pushCertificateExample.request)
    .catch((error: unknown) => error);
  if (!(refused instanceof GraphError)) throw new Error('The certificate of the documentation was accepted.');

  const configurations = '/deviceManagement/deviceConfigurations';
  const { '@odata.type': type } = macOSGeneralExample.request;
  const macs = (await client
    .api(configurations)
    .post({ '@odata.type': type, displayName: 'Macs' })) as Entity;
  const changed: unknown = await client
    .api(`${configurations}/${macs.id}`)
    .patch(macOSGeneralExample.request);
  const read: unknown = await client.api(`${configurations}/${macs.id}`).get();
  const target = { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' };
  await client.api(`${configurations}/${macs.id}/assign`).post({ assignments: [{ target }] });
  const assigned = (await client
    .api(`${configurations}/${macs.id}`)
    .select('id')
    .expand('assignments')
    .get()) as Entity;

  const partners = '/deviceManagement/complianceManagementPartners';
  const made: Entity[] = [];
  for (const displayName of ['one', 'two', 'three']) {
    made.push((await client.api(partners).post({ displayName })) as Entity);
  }
  const partner: unknown = await client.api(`${partners}/${made[0]!.id}`).patch(partnerExample.request);
  const partnerNames: unknown[] = [];
  const firstPage = (await client.api(partners).select('displayName').top(2).get()) as PageCollection;
  await new PageIterator(client, firstPage, (item: Entity) => {
    partnerNames.push(item['displayName']);
    return true;
  }).iterate();
  const batched = [partners, `${partners}/0`, configurations].map((path, at) => ({
    id: String(at),
    request: new Request(program.baseUrl + path),
  }));
  const batch = await new BatchRequestContent(batched).getContent();
  const batchAnswer = new BatchResponseContent(
    (await client.api('/$batch').post(batch)) as ConstructorParameters<typeof BatchResponseContent>[0],
  );
  const batchStatuses = batched.map(({ id }) => batchAnswer.getResponseById(id).status);
  const removed: unknown = await client.api(`${partners}/${made[1]!.id}`).delete();

  const { statusCode, code, message } = refused;
  return {
    pushCertificate,
    refusedCertificate: { statusCode, code, message },
    macOSGeneral: { changed: changed ?? null, read, assignments: assigned['assignments'] },
    partner,
    partnerNames,
    batchStatuses,
    removed: removed ?? null,
  };
}

const [, , argument] = process.argv;
process.stdout.write(JSON.stringify(await run(JSON.parse(argument ?? '') as GraphProgram)));
