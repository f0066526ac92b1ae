import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { macOSGeneralExample, partnerExample } from '../../src/api/graph/fixtures/documented-examples.ts';
import { sampleValue, writable } from '../../src/api/graph/fixtures/sample-values.ts';
import { unsetValue } from '../../src/api/graph/model/edm.ts';
import { models, typeOf } from '../../src/api/graph/model/model.ts';
import { deviceConfigurations } from '../../src/policies/index.ts';
import { makeApplePushCa } from '../support/apple-push-ca.ts';
import {
  configurationWithStatuses,
  statusCollections,
  statusOverviews,
} from '../support/configuration-with-statuses.ts';
import { testServer, type TestServer } from '../support/server.ts';

const modules = resolve(import.meta.dirname, '../../node_modules');
const typings = { 'v1.0': '@microsoft/microsoft-graph-types', beta: '@microsoft/microsoft-graph-types-beta' };
type Version = keyof typeof typings;

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** What the compiler says of a program that holds the answers as values of Microsoft's types. */
async function compile(
  version: Version,
  answers: readonly (readonly [type: string, json: object])[],
): Promise<string> {
  const lines = [`import type * as Graph from '${typings[version]}';`];
  for (const [type, json] of answers) lines.push(...declaration(`value${lines.length}`, type, json));
  const folder = await mkdtemp(join(tmpdir(), 'muster-typings-'));
  const name = typings[version];
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    module: 'nodenext',
    skipLibCheck: true,
    types: [],
    paths: { [name]: [join(modules, name)] },
  };
  await writeFile(join(folder, 'answers.ts'), lines.join('\n'));
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  const compiler = join(modules, 'typescript/bin/tsc');
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [compiler, '--project', folder]);
    return stdout;
  } catch (error) {
    return (error as { stdout: string }).stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The typings know no annotations. A value of a derived type is one of its own, as excess properties are told of a literal alone. */
function declaration(name: string, type: string, json: object): string[] {
  const before: string[] = [];
  const write = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(write).join(', ')}]`;
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    const named = (value as { '@odata.type'?: string })['@odata.type'];
    const properties = Object.entries(value).filter(([key]) => !key.startsWith('@'));
    const text = `{ ${properties.map(([key, inner]) => `${JSON.stringify(key)}: ${write(inner)}`).join(', ')} }`;
    if (value === json || named === undefined) return text;
    const inner = `${name}_${before.length}`;
    before.push(`const ${inner}: Graph.${interfaceOf(named)} = ${text};`);
    return inner;
  };
  const text = write(json);
  return [...before, `export const ${name}: Graph.${type} = ${text};`];
}

function interfaceOf(named: string): string {
  const name = named.replace('#microsoft.graph.', '');
  return name[0]!.toUpperCase() + name.slice(1);
}

async function answersOf(version: Version): Promise<[type: string, json: object][]> {
  const root = `/${version}/deviceManagement`;
  const create = async (path: string, body: object): Promise<object> => {
    const answer = await server.send({ method: 'POST', url: `${root}/${path}`, body });
    expect(answer.status, answer.text).toBe(201);
    return answer.json as object;
  };
  const model = models[version];
  const configurations = deviceConfigurations.kinds.flatMap((kind) => {
    const properties = writable(typeOf(model, `microsoft.graph.${kind}`));
    const needed = properties.filter((property) => unsetValue(model, property) === undefined);
    return [needed, properties].map((some) => {
      const values = some.map((property) => [property.name, sampleValue(model, property, 6)] as const);
      return Object.assign({ '@odata.type': `#microsoft.graph.${kind}` }, Object.fromEntries(values));
    });
  });
  const pushUrl = `${root}/applePushNotificationCertificate`;
  const request = await server.send({
    url: `${pushUrl}/downloadApplePushNotificationCertificateSigningRequest`,
  });
  const body = { certificate: makeApplePushCa().issue(request.json.value) };
  const groupId = '7d2b0a3c-93c1-4d2a-8c0f-2f2b5c1c9a11';
  const targets = [
    { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' },
    { '@odata.type': '#microsoft.graph.groupAssignmentTarget', groupId },
  ];
  const assigned = { iosEnrollmentAssignments: targets.map((target) => ({ target })) };
  return [
    ...(await Promise.all(
      [...configurations, macOSGeneralExample.request].map(
        async (body) =>
          [interfaceOf(body['@odata.type']), await create('deviceConfigurations', body)] as [string, object],
      ),
    )),
    ...(await Promise.all(
      [{}, partnerExample.request, assigned].map(
        async (partner) =>
          ['ComplianceManagementPartner', await create('complianceManagementPartners', partner)] as [
            string,
            object,
          ],
      ),
    )),
    ['ApplePushNotificationCertificate', (await server.send({ method: 'PATCH', url: pushUrl, body })).json],
    ...(await statusesOf(version)),
  ];
}

async function statusesOf(version: Version): Promise<[type: string, json: object][]> {
  const { get } = await configurationWithStatuses(server, version);
  const items = statusCollections.map(async ({ name, type }): Promise<[string, object]> => {
    return [type, (await get(name)).json.value[0] as object];
  });
  const overviews = statusOverviews.map(async ({ name, type }): Promise<[string, object]> => {
    return [type, (await get(name)).json as object];
  });
  return Promise.all([...items, ...overviews]);
}

test.for(['v1.0', 'beta'] as const)("%s answers are values of Microsoft's types", async (version) => {
  const answers = await answersOf(version);
  expect(answers).toHaveLength(2 * deviceConfigurations.kinds.length + 10);
  expect(await compile(version, answers)).toBe('');
});

test('the compiler tells of what is not', async () => {
  const told = await compile('v1.0', [
    ['ComplianceManagementPartner', { linuxOnboarded: true }],
    ['ComplianceManagementPartner', { partnerState: 'asleep' }],
    ['MacOSGeneralDeviceConfiguration', { passwordRequired: null }],
  ]);
  expect(told.match(/error TS/g)).toHaveLength(3);
});
