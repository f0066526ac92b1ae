import type { KeyObject } from 'node:crypto';
import { readSignedContent } from '../pki/signed-data.ts';
import type { DeviceRequest, DeviceResponse, Transport } from '../transport.ts';
import { ns } from './namespaces.ts';
import { provisioningDocument, type ReferenceAuthority } from './reference-authority.ts';
import { readRequest } from './reference-request.ts';
import { referenceSessions, type ReferenceSessions } from './reference-sessions.ts';
import { requiredChild, requiredText } from './xml/elements.ts';
import { readXml, type XmlElement } from './xml/read-xml.ts';
import { escapeXml } from './xml/write-xml.ts';

/** A management server that does what its test tells it, and remembers what it was told. It speaks as Microsoft's documentation does. */
export interface ReferenceServer extends ReferenceSessions {
  readonly origin: string;
  readonly discoveryUrl: string;
  readonly transport: Transport;
  readonly requests: DeviceRequest[];
  /** What devices asked when they enrolled, each the content of the SOAP body. */
  readonly asked: { readonly name: string; readonly header: XmlElement; readonly content: XmlElement }[];
  /** The requests for certificates, in DER. */
  readonly certificateRequests: Buffer[];
  /** What is answered in place of the usual, by the path. */
  readonly answers: Map<string, Partial<DeviceResponse>>;
  readonly files: Map<string, Buffer>;
  authPolicy: 'OnPremise' | 'Federated';
  /** Names SHA-256 in GetPolicies. */
  namesHash: boolean;
  /** Changes what it sends before it goes out. */
  change: (text: string, what: 'Discover' | 'GetPolicies' | 'document' | 'RSTRC') => string;
}

const paths = {
  discovery: '/EnrollmentServer/Discovery.svc',
  policy: '/EnrollmentServer/Policy.svc',
  enrollment: '/EnrollmentServer/Enrollment.svc',
  management: '/ManagementServer/MDM.svc',
};

export function referenceServer(
  authority: ReferenceAuthority,
  origin = 'https://mdm.example.com',
): ReferenceServer {
  const managementUrl = `${origin}${paths.management}`;
  const sessions = referenceSessions(managementUrl);
  const server: ReferenceServer = Object.assign(sessions, {
    origin,
    discoveryUrl: `${origin}${paths.discovery}`,
    transport: async (request: DeviceRequest) => {
      server.requests.push(request);
      return answer(request);
    },
    requests: [],
    asked: [],
    certificateRequests: [],
    answers: new Map(),
    files: new Map(),
    authPolicy: 'OnPremise' as const,
    namesHash: true,
    change: (text: string) => text,
  });

  function answer(request: DeviceRequest): DeviceResponse {
    const { pathname } = new URL(request.url);
    const instead = server.answers.get(pathname);
    const usual = usualAnswer(request, pathname);
    return instead ? { ...usual, ...instead } : usual;
  }

  function usualAnswer(request: DeviceRequest, pathname: string): DeviceResponse {
    switch (pathname) {
      case paths.discovery:
        return request.method === 'GET'
          ? whole(200, '', '')
          : soap(request, 'Discover', `${ns.discovery}/IDiscoveryService/DiscoverResponse`, () =>
              discover(server),
            );
      case paths.policy:
        return soap(request, 'GetPolicies', `${ns.policy}/IPolicy/GetPoliciesResponse`, () =>
          policies(server),
        );
      case paths.enrollment:
        return soap(request, 'RSTRC', `${ns.enrollment}/RSTRC/wstep`, issue);
      case paths.management:
        return whole(200, server.answerMessage(request), 'application/vnd.syncml.dm+xml; charset=utf-8');
      default: {
        const file = server.files.get(pathname);
        return file ? { ...whole(200, '', 'application/octet-stream'), body: file } : whole(404, '', '');
      }
    }
  }

  function soap(
    { body }: DeviceRequest,
    what: Parameters<ReferenceServer['change']>[1],
    action: string,
    answerTo: (content: XmlElement) => string,
  ): DeviceResponse {
    const envelope = readXml(body!, 'the request');
    const header = requiredChild(envelope, ns.soap, 'Header');
    const [content] = requiredChild(envelope, ns.soap, 'Body').children;
    server.asked.push({ name: content!.name, header, content: content! });
    const relatesTo = requiredText(header, ns.addressing, 'MessageID');
    const text = `<s:Envelope xmlns:s="${ns.soap}" xmlns:a="${ns.addressing}"><s:Header><a:Action s:mustUnderstand="1">${action}</a:Action><a:RelatesTo>${relatesTo}</a:RelatesTo></s:Header><s:Body xmlns:xsi="${ns.instance}">${answerTo(content!)}</s:Body></s:Envelope>`;
    return whole(200, server.change(text, what), 'application/soap+xml; charset=utf-8');
  }

  function issue(content: XmlElement): string {
    const isRenewal = requiredText(content, ns.trust, 'RequestType').endsWith('/Renew');
    const token = Buffer.from(requiredText(content, ns.security, 'BinarySecurityToken'), 'base64');
    const pkcs10 = isRenewal ? readSignedContent(token).content : token;
    server.certificateRequests.push(pkcs10);
    const { publicKey } = readRequest(pkcs10);
    const items = new Map(
      requiredChild(content, ns.authorization, 'AdditionalContext').children.map((item) => [
        item.attributes['Name']!,
        requiredText(item, ns.authorization, 'Value'),
      ]),
    );
    const document = server.change(documentFor(publicKey, items, isRenewal), 'document');
    return `<RequestSecurityTokenResponseCollection xmlns="${ns.trust}"><RequestSecurityTokenResponse><TokenType>${ns.configurationManager}/DeviceEnrollmentToken</TokenType><DispositionMessage xmlns="${ns.enrollment}"></DispositionMessage><RequestedSecurityToken><BinarySecurityToken xmlns="${ns.security}" ValueType="${ns.configurationManager}/DeviceEnrollmentProvisionDoc" EncodingType="${ns.security}#base64binary">${Buffer.from(document).toString('base64')}</BinarySecurityToken></RequestedSecurityToken><RequestID xmlns="${ns.enrollment}">0</RequestID></RequestSecurityTokenResponse></RequestSecurityTokenResponseCollection>`;
  }

  function documentFor(publicKey: KeyObject, items: ReadonlyMap<string, string>, isRenewal: boolean): string {
    const commonName = items.get('DeviceID')!;
    const document = provisioningDocument({
      authority,
      own: authority.issue(publicKey, commonName),
      commonName,
      store: items.get('EnrollmentType') === 'Device' ? 'System' : 'User',
      managementUrl,
      account: server.account,
    });
    if (!isRenewal) return document;
    const store = /<characteristic type="My">.*?<\/characteristic><\/characteristic><\/characteristic>/s.exec(
      document,
    )![0];
    const own = store.replace(/<characteristic type="WSTEP">.*$/s, '</characteristic>');
    return `<wap-provisioningdoc version="1.1"><characteristic type="CertificateStore">${own}</characteristic><characteristic type="APPLICATION"><parm name="PROVIDER-ID" value="Reference"/></characteristic></wap-provisioningdoc>`;
  }

  return server;
}

function whole(status: number, body: string, contentType: string): DeviceResponse {
  const bytes = Buffer.from(body);
  const headers = {
    'content-length': String(bytes.length),
    ...(contentType !== '' && { 'content-type': contentType }),
  };
  return { status, headers, body: bytes };
}

function discover({ origin, authPolicy }: ReferenceServer): string {
  const page =
    authPolicy === 'Federated' ? `<AuthenticationServiceUrl>${origin}/signin</AuthenticationServiceUrl>` : '';
  return `<DiscoverResponse xmlns="${ns.discovery}"><DiscoverResult><AuthPolicy>${authPolicy}</AuthPolicy><EnrollmentVersion>3.0</EnrollmentVersion><EnrollmentPolicyServiceUrl>${origin}${paths.policy}</EnrollmentPolicyServiceUrl><EnrollmentServiceUrl>${origin}${paths.enrollment}</EnrollmentServiceUrl>${page}</DiscoverResult></DiscoverResponse>`;
}

function policies({ namesHash }: ReferenceServer): string {
  const nil = (...names: string[]) => names.map((name) => `<${name} xsi:nil="true"/>`).join('');
  const hash = namesHash
    ? '<hashAlgorithmOIDReference>0</hashAlgorithmOIDReference>'
    : nil('hashAlgorithmOIDReference');
  return `<GetPoliciesResponse xmlns="${ns.policy}"><response><policyID>1</policyID>${nil('policyFriendlyName', 'nextUpdateHours', 'policiesNotChanged')}<policies><policy><policyOIDReference>0</policyOIDReference>${nil('cAs')}<attributes><commonName>Reference</commonName><policySchema>3</policySchema><certificateValidity><validityPeriodSeconds>31536000</validityPeriodSeconds><renewalPeriodSeconds>5184000</renewalPeriodSeconds></certificateValidity><permission><enroll>true</enroll><autoEnroll>false</autoEnroll></permission><privateKeyAttributes><minimalKeyLength>2048</minimalKeyLength>${nil('keySpec', 'keyUsageProperty', 'permissions', 'algorithmOIDReference')}<cryptoProviders><provider>Microsoft Software Key Storage Provider</provider></cryptoProviders></privateKeyAttributes><revision><majorRevision>101</majorRevision><minorRevision>0</minorRevision></revision>${nil('supersededPolicies', 'privateKeyFlags', 'subjectNameFlags', 'enrollmentFlags', 'generalFlags')}${hash}${nil('rARequirements', 'keyArchivalAttributes', 'extensions')}</attributes></policy></policies></response>${nil('cAs')}<oIDs><oID><value>2.16.840.1.101.3.4.2.1</value><group>1</group><oIDReferenceID>0</oIDReferenceID><defaultName>szOID_NIST_sha256</defaultName></oID></oIDs></GetPoliciesResponse>`;
}

/** A SOAP fault as an answer. */
export function faultAnswer(subcode: string, detail = ''): DeviceResponse {
  const text = `<s:Envelope xmlns:s="${ns.soap}" xmlns:a="${ns.addressing}"><s:Header/><s:Body><s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>${subcode}</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en-us">${escapeXml('It is refused.')}</s:Text></s:Reason>${detail}</s:Fault></s:Body></s:Envelope>`;
  return whole(500, text, 'application/soap+xml; charset=utf-8');
}
