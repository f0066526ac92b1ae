import {
  newSigningRequest,
  signingRequest,
  uploadPushCertificate,
  type StoredPushCertificate,
} from '../../../devices/push-certificate/index.ts';
import { Fault } from '../../../kernel/fault.ts';
import { readEntity, readNoParameters } from '../payload/read.ts';
import { writeEntity } from '../payload/write.ts';
import { parseQuery, type Query, type QueryOption } from '../query/query.ts';
import { bothVersions, castType, type GraphRoute, type RouteAnswer, type RouteRequest } from '../route.ts';
import { updateStatus } from '../statuses.ts';

const type = 'microsoft.graph.applePushNotificationCertificate';
const path = 'deviceManagement/applePushNotificationCertificate';
const flavour = 'intune';

/** @see https://learn.microsoft.com/graph/api/resources/intune-devices-applepushnotificationcertificate */
export const applePushNotificationCertificateRoutes: readonly GraphRoute[] = [
  {
    method: 'GET',
    template: path,
    versions: bothVersions,
    flavour,
    permission: 'pushCertificate.read',
    async handle(request) {
      const query = readQuery(request, ['select', 'format']);
      const stored = await request.gathered.pushCertificate(request.read.scope.organization.id);
      if (!stored) throw new Fault('notFound', 'No Apple push certificate has been uploaded yet.');
      return answer(request, stored, 200, query);
    },
  },
  {
    method: 'PATCH',
    template: path,
    versions: bothVersions,
    flavour,
    permission: 'pushCertificate.update',
    async handle(request) {
      readQuery(request, ['format']);
      const { properties } = readEntity(request.model, type, request.body, { mode: 'update' });
      const { certificate, appleIdentifier } = properties as Record<string, string | null | undefined>;
      const stored = await request.change((context) =>
        uploadPushCertificate(
          context,
          {
            ...(certificate != null && { certificatePem: certificate }),
            ...(appleIdentifier !== undefined && { appleIdentifier }),
          },
          request.ifMatch,
        ),
      );
      const { status, withBody, applied } = updateStatus(path, request.version, request.prefer);
      const headers: Record<string, string> = applied === undefined ? {} : { 'preference-applied': applied };
      if (!withBody) return { status, revision: stored.revision, headers };
      return { ...answer(request, stored, status, {}), headers };
    },
  },
  {
    method: 'GET',
    template: `${path}/downloadApplePushNotificationCertificateSigningRequest()`,
    versions: bothVersions,
    flavour,
    permission: 'pushCertificate.update',
    async handle(request) {
      readQuery(request, ['format']);
      return textAnswer(await signingRequest(request));
    },
  },
  {
    method: 'POST',
    template: `${path}/generateApplePushNotificationCertificateSigningRequest`,
    versions: ['beta'],
    flavour,
    permission: 'pushCertificate.update',
    async handle(request) {
      readQuery(request, ['format']);
      readNoParameters(request.body);
      return textAnswer(await newSigningRequest(request));
    },
  },
];

function readQuery(request: RouteRequest, options: readonly QueryOption[]): Query {
  const rules = { model: request.model, type: castType(request, type), options, maxTop: 0, expandable: [] };
  return parseQuery(rules, request.search);
}

function textAnswer(text: string): RouteAnswer {
  return { status: 200, subject: { kind: 'value', type: 'Edm.String' }, body: { value: text } };
}

function answer(
  request: RouteRequest,
  stored: StoredPushCertificate,
  status: number,
  { select }: Query,
): RouteAnswer {
  const values = {
    id: stored.id,
    appleIdentifier: stored.appleIdentifier,
    topicIdentifier: stored.topic,
    lastModifiedDateTime: stored.updatedAt,
    expirationDateTime: stored.expiresAt,
    certificateUploadStatus: stored.uploadStatus,
    certificateUploadFailureReason: stored.uploadFailureReason,
    certificateSerialNumber: stored.serialNumber,
  };
  return {
    status,
    subject: { kind: 'entity', path, ...(select && { select }) },
    body: writeEntity(request.model, type, values, {
      declaredType: type,
      metadata: request.metadata,
      url: `${request.serviceRoot}/${path}`,
      ...(select && { select }),
    }),
    revision: stored.revision,
  };
}
