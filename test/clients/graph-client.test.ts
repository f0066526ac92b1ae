import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { macOSGeneralExample, partnerExample } from '../../src/api/graph/fixtures/documented-examples.ts';
import type { GraphProgram, GraphProgramResult } from './graph-client.ts';
import { httpsServer, type HttpsServer } from './https-server.ts';

let server: HttpsServer;
beforeAll(async () => {
  server = await httpsServer();
});
afterAll(() => server[Symbol.asyncDispose]());

async function run(version: 'v1.0' | 'beta'): Promise<GraphProgramResult> {
  const { organization, clientId, clientSecret } = server.credentials;
  const program: GraphProgram = {
    authority: server.publicUrl,
    baseUrl: server.publicUrl,
    version,
    tenant: organization.tenantId,
    clientId,
    clientSecret: clientSecret.reveal(),
  };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(import.meta.dirname, 'graph-client.ts'), JSON.stringify(program)],
    { env: { NODE_EXTRA_CA_CERTS: server.caPath }, timeout: 25_000 },
  );
  return JSON.parse(stdout) as GraphProgramResult;
}

test.for(['v1.0', 'beta'] as const)("Microsoft's client does the three operations on %s", async (version) => {
  const result = await run(version);

  expect(result.pushCertificate).toMatchObject({
    '@odata.context': `${server.publicUrl}/${version}/$metadata#deviceManagement/applePushNotificationCertificate/$entity`,
    appleIdentifier: 'Apple Identifier value',
    topicIdentifier: expect.stringMatching(/^com\.apple\.mgmt\.External\./),
    certificateSerialNumber: '4F8E21AA03B7C9D1',
    certificateUploadStatus: null,
    certificate: null,
  });
  const { statusCode, code, message } = result.refusedCertificate;
  expect([statusCode, code]).toEqual([400, 'BadRequest']);
  expect((JSON.parse(message) as { Message: string }).Message).toContain('This is not PEM.');

  const { compliantAppsList: _, version: _version, ...documented } = macOSGeneralExample.request;
  expect(result.macOSGeneral.read).toMatchObject({ ...documented, version: 2 });
  expect(result.macOSGeneral.changed).toEqual(version === 'v1.0' ? result.macOSGeneral.read : null);

  expect(result.macOSGeneral.assignments).toMatchObject([
    {
      id: expect.stringMatching(/_adadadad-808e-44e2-905a-0b7873a8a531$/),
      target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' },
    },
  ]);

  expect(result.partner).toMatchObject({
    partnerState: partnerExample.request.partnerState,
    displayName: partnerExample.request.displayName,
    iosEnrollmentAssignments: [{ target: { collectionId: 'Collection Id value' } }],
  });
  expect(result.partnerNames.slice(-3)).toEqual(['Display Name value', 'two', 'three']);
  expect(result.batchStatuses).toEqual([200, 404, 200]);
  expect(result.removed).toEqual(version === 'v1.0' ? null : {});
});
