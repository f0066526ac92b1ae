import { certificateHeader } from '../../certificate-header.ts';
import { signContent } from '../../pki/signed-data.ts';
import { ServerRefusal } from '../../server-refusal.ts';
import type { DeviceRequest } from '../../transport.ts';
import { makeUuid } from '../../uuid.ts';
import { requireWhole } from '../framing.ts';
import { enrollmentOf, type Device } from '../state.ts';
import { dataAt } from '../tree/store.ts';

const contentType = 'application/vnd.syncml.dm+xml';

/** Sends a message to the management service, with what shows whose it is. Throws `ServerRefusal` and `ProtocolViolation`. */
export async function send(device: Device, body: Buffer): Promise<Buffer> {
  const { hardware, setup, state } = device;
  const request = requestOf(device, body);
  state.lastRequest = request;
  const answer = await setup.transport(request);
  if (answer.status !== 200)
    throw new ServerRefusal(`a message of ${hardware.name}`, answer.status, answer.body);
  requireWhole(answer, 'the message', contentType);
  return answer.body;
}

function requestOf(device: Device, body: Buffer): DeviceRequest {
  const { setup, state } = device;
  const { enrollment, identity } = enrollmentOf(device);
  const url = new URL(enrollment.managementUrl);
  url.searchParams.set('mode', state.signedIn === 'user' ? 'Maintenance' : 'Machine');
  if (state.signedIn === 'user') url.searchParams.set('Platform', 'WoA');
  const { certificate } = setup;
  const clientRequestId = entDmIdOf(device);
  return {
    method: 'POST',
    url: url.href,
    headers: {
      'content-type': contentType,
      accept: `${contentType}, application/vnd.syncml.dm+wbxml`,
      'user-agent': 'MSFT OMA DM Client/1.2.0.1',
      'ms-cv': `${makeUuid(setup.random).slice(0, 8)}.0`,
      ...(clientRequestId !== undefined && { 'client-request-id': clientRequestId }),
      ...(certificate.kind === 'proxyHeader' && certificateHeader(certificate, identity)),
      ...(mustSign(device) && { [setup.signatureHeader]: signatureOf(device, body) }),
    },
    body,
    ...(certificate.kind === 'tls' && { identity }),
  };
}

const providerOf = (device: Device) => [
  'Device',
  'Vendor',
  'MSFT',
  'DMClient',
  'Provider',
  enrollmentOf(device).enrollment.providerId,
];

function entDmIdOf(device: Device): string | undefined {
  return (
    dataAt(device.state.nodes, ...providerOf(device), 'EntDMID') ?? enrollmentOf(device).enrollment.entDmId
  );
}

/** Since the server has set `RequireMessageSigning`. */
function mustSign(device: Device): boolean {
  return dataAt(device.state.nodes, ...providerOf(device), 'RequireMessageSigning') === 'true';
}

/** A detached CMS signature over the body. */
function signatureOf(device: Device, body: Buffer): string {
  const { identity } = enrollmentOf(device);
  return signContent(identity, body, { digest: 'sha256', isDetached: true }).toString('base64');
}
