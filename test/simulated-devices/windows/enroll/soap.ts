import type { Identity } from '../../pki/asn1.ts';
import { ServerRefusal } from '../../server-refusal.ts';
import type { DeviceResponse } from '../../transport.ts';
import { makeUuid } from '../../uuid.ts';
import { EnrollmentRefused } from '../failures.ts';
import { requireWhole } from '../framing.ts';
import { ns } from '../namespaces.ts';
import { ProtocolViolation } from '../protocol-violation.ts';
import type { DeviceSetup } from '../state.ts';
import { optionalChild, optionalText, requiredChild, requiredText } from '../xml/elements.ts';
import { readXml, type XmlElement } from '../xml/read-xml.ts';
import { leaf, tag } from '../xml/write-xml.ts';

export interface SoapCall {
  /** What is asked, as messages name it. */
  readonly what: string;
  readonly url: string;
  readonly action: string;
  readonly responseAction: string;
  /** Markup of the body; prefixes as in `envelope`. */
  readonly body: string;
  /** Markup of the `wsse:Security` header. */
  readonly security?: string;
  /** What is shown in the TLS handshake. */
  readonly identity?: Identity;
  readonly headers?: Readonly<Record<string, string>>;
}

const contentType = 'application/soap+xml';
export const userAgent = 'ENROLLClient';

/**
 * Asks a service of enrolment, and gives what the body of its answer holds. Throws `EnrollmentRefused` for a fault, `ServerRefusal` for an answer
 * that is none, and `ProtocolViolation`.
 */
export async function soap(setup: DeviceSetup, call: SoapCall): Promise<XmlElement> {
  const messageId = `urn:uuid:${makeUuid(setup.random).toLowerCase()}`;
  const answer = await setup.transport({
    method: 'POST',
    url: call.url,
    headers: {
      'content-type': `${contentType}; charset=utf-8`,
      'user-agent': userAgent,
      ...call.headers,
    },
    body: Buffer.from(envelope(call, messageId)),
    ...(call.identity && { identity: call.identity }),
  });
  const body = bodyOf(call, answer, messageId);
  const [content, another] = body.children;
  if (!content || another) throw new ProtocolViolation(call.what, 'the body holds not exactly one element');
  return content;
}

function envelope({ action, url, body, security }: SoapCall, messageId: string): string {
  const header = tag(
    's:Header',
    leaf('a:Action s:mustUnderstand="1"', action),
    leaf('a:MessageID', messageId),
    tag('a:ReplyTo', leaf('a:Address', `${ns.addressing}/anonymous`)),
    leaf('a:To s:mustUnderstand="1"', url),
    security === undefined ? '' : tag('wsse:Security s:mustUnderstand="1"', security),
  );
  const namespaces = `xmlns:s="${ns.soap}" xmlns:a="${ns.addressing}" xmlns:u="${ns.utility}" xmlns:wsse="${ns.security}" xmlns:wst="${ns.trust}" xmlns:ac="${ns.authorization}"`;
  return tag(`s:Envelope ${namespaces}`, header, tag('s:Body', body));
}

function bodyOf({ what, responseAction }: SoapCall, answer: DeviceResponse, messageId: string): XmlElement {
  if (answer.status !== 200 && answer.status !== 500) {
    throw new ServerRefusal(what, answer.status, answer.body);
  }
  requireWhole(answer, what, contentType);
  const root = readXml(answer.body, what, { takesCdata: true });
  if (root.name !== 'Envelope' || root.namespace !== ns.soap) {
    throw new ProtocolViolation(
      what,
      `the answer is a ${root.name} of '${root.namespace}', and no SOAP 1.2 envelope`,
    );
  }
  const body = requiredChild(root, ns.soap, 'Body');
  const fault = optionalChild(body, ns.soap, 'Fault');
  if (fault) throw new EnrollmentRefused(what, factsOf(fault));
  if (answer.status === 500) throw new ProtocolViolation(what, 'the answer is 500, and holds no fault');
  const header = requiredChild(root, ns.soap, 'Header');
  const action = requiredText(header, ns.addressing, 'Action');
  if (action !== responseAction) throw new ProtocolViolation(what, `the Action is '${action}'`);
  const relatesTo = requiredText(header, ns.addressing, 'RelatesTo');
  if (relatesTo !== messageId) throw new ProtocolViolation(what, `it relates to '${relatesTo}'`);
  return body;
}

/** `s:Code{s:Value, s:Subcode/s:Value}`, `s:Reason/s:Text`, `s:Detail/DeviceEnrollmentServiceError`. */
function factsOf(fault: XmlElement) {
  const code = requiredChild(fault, ns.soap, 'Code');
  const value = requiredText(code, ns.soap, 'Value');
  if (!/:(Receiver|Sender)$/.test(value)) throw new ProtocolViolation('Fault', `its code is '${value}'`);
  const subcode = requiredText(requiredChild(code, ns.soap, 'Subcode'), ns.soap, 'Value');
  const reason = requiredText(requiredChild(fault, ns.soap, 'Reason'), ns.soap, 'Text');
  const detail = optionalChild(fault, ns.soap, 'Detail');
  const error = detail && optionalChild(detail, ns.enrollment, 'DeviceEnrollmentServiceError');
  const of = (name: string) => error && optionalText(error, ns.enrollment, name);
  const [errorType, message, traceId] = [of('ErrorType'), of('Message'), of('TraceId')];
  return {
    subcode: subcode.replace(/^.*:/, ''),
    reason,
    ...(errorType !== undefined && { errorType }),
    ...(message !== undefined && { message }),
    ...(traceId !== undefined && { traceId }),
  };
}
