import type { Identity } from '../../pki/asn1.ts';
import { ns } from '../namespaces.ts';
import { ProtocolViolation } from '../protocol-violation.ts';
import type { Device } from '../state.ts';
import { requiredChild, requiredText, textOf } from '../xml/elements.ts';
import type { XmlElement } from '../xml/read-xml.ts';
import { leaf, tag } from '../xml/write-xml.ts';
import { base64Encoding } from './credential.ts';
import { requestVersions } from './discover.ts';
import { soap } from './soap.ts';

interface TokenRequest {
  readonly url: string;
  /** Undefined where the certificate is proof enough. */
  readonly security?: string;
  readonly identity?: Identity;
  readonly headers?: Readonly<Record<string, string>>;
  readonly request:
    | { readonly kind: 'Issue'; readonly pkcs10: Buffer; readonly enrollmentType: 'Full' | 'Device' }
    | { readonly kind: 'Renew'; readonly pkcs7: Buffer };
}

/** Sends a RequestSecurityToken ([MS-MDE2], 3.4.4.1.1), and gives the provisioning document that it is answered with. */
export async function requestSecurityToken(device: Device, asked: TokenRequest): Promise<Buffer> {
  const { request, ...rest } = asked;
  const isNew = request.kind === 'Issue';
  const token = isNew ? request.pkcs10 : request.pkcs7;
  const response = await soap(device.setup, {
    what: `RequestSecurityToken ${request.kind}`,
    ...rest,
    action: `${ns.enrollment}/RST/wstep`,
    responseAction: `${ns.enrollment}/RSTRC/wstep`,
    body: tag(
      'wst:RequestSecurityToken',
      leaf('wst:TokenType', `${ns.configurationManager}/DeviceEnrollmentToken`),
      leaf('wst:RequestType', `${ns.trust}/${request.kind}`),
      leaf(
        `wsse:BinarySecurityToken ValueType="${ns.enrollment}#${isNew ? 'PKCS10' : 'PKCS7'}" EncodingType="${base64Encoding}"`,
        token.toString('base64'),
      ),
      tag(
        'ac:AdditionalContext xmlns="http://schemas.xmlsoap.org/ws/2006/12/authorization"',
        ...contextItems(device, isNew ? request.enrollmentType : undefined).map(([name, value]) =>
          tag(`ac:ContextItem Name="${name}"`, leaf('ac:Value', value)),
        ),
      ),
    ),
  });
  return readDocument(response);
}

type ContextItem = readonly [name: string, value: string];

/** In the order of Windows 11 25H2; Windows 10 does not know the later ones. */
function contextItems({ hardware }: Device, enrollmentType: string | undefined): readonly ContextItem[] {
  const { form } = hardware;
  if (enrollmentType === undefined) {
    return [
      ['DeviceType', 'CIMClient_Windows'],
      ['ApplicationVersion', hardware.osVersion],
      ['DeviceID', hardware.deviceId],
    ];
  }
  const always: readonly ContextItem[] = [
    ['UXInitiated', enrollmentType === 'Full' ? 'true' : 'false'],
    ['HWDevID', hardware.hardwareId],
    ['Locale', hardware.locale],
    ['TargetedUserLoggedIn', 'true'],
    ['OSEdition', String(hardware.edition)],
    ['DeviceName', hardware.name],
    ...hardware.macAddresses.map((address) => ['MAC', address] as const),
    ...(hardware.imei === undefined ? [] : [['IMEI', hardware.imei] as const]),
    ['DeviceID', hardware.deviceId],
    ['EnrollmentType', enrollmentType],
    ['DeviceType', 'CIMClient_Windows'],
    ['OSVersion', hardware.osVersion],
    ['ApplicationVersion', hardware.osVersion],
    ['NotInOobe', 'false'],
  ];
  if (form === 'windows10') return always;
  return [
    ...always,
    ['Manufacturer', hardware.manufacturer],
    ['DeviceModel', hardware.model],
    ['SerialNumber', hardware.serialNumber],
    ['RequestVersion', requestVersions[form]],
    ['AttestationStatus', '0'],
    ['AttestationStatusHResult', '0x0'],
  ];
}

function readDocument(collection: XmlElement): Buffer {
  if (collection.name !== 'RequestSecurityTokenResponseCollection' || collection.namespace !== ns.trust) {
    throw new ProtocolViolation(
      'RequestSecurityToken',
      `the body holds ${collection.name} of '${collection.namespace}'`,
    );
  }
  const response = requiredChild(collection, ns.trust, 'RequestSecurityTokenResponse');
  const type = requiredText(response, ns.trust, 'TokenType');
  if (type !== `${ns.configurationManager}/DeviceEnrollmentToken`) {
    throw new ProtocolViolation('RequestSecurityTokenResponse', `the TokenType is '${type}'`);
  }
  requiredChild(response, ns.enrollment, 'DispositionMessage');
  requiredText(response, ns.enrollment, 'RequestID');
  const token = requiredChild(
    requiredChild(response, ns.trust, 'RequestedSecurityToken'),
    ns.security,
    'BinarySecurityToken',
  );
  const valueType = token.attributes['ValueType'];
  if (valueType !== `${ns.configurationManager}/DeviceEnrollmentProvisionDoc`) {
    throw new ProtocolViolation('BinarySecurityToken', `the ValueType is '${valueType}'`);
  }
  if (token.attributes['EncodingType'] !== base64Encoding) {
    throw new ProtocolViolation(
      'BinarySecurityToken',
      `the EncodingType is '${token.attributes['EncodingType']}'`,
    );
  }
  return Buffer.from(textOf(token), 'base64');
}
