import { escapeXml } from '../../../../kernel/xml/escape-xml.ts';
import { writeEnvelope } from './envelope.ts';
import { namespaces, type AnswerAction } from './namespaces.ts';

/** What Windows knows of what went wrong: it shows its user a text of its own, and its log has the code (0x801800…). */
export interface SoapFault {
  readonly subcode:
    | 's:MessageFormat'
    | 's:Authentication'
    | 's:Authorization'
    | 's:CertificateRequest'
    | 's:EnrollmentServer'
    | 'a:InternalServiceFault';
  readonly errorType?:
    | 'DeviceCapReached'
    | 'NotSupported'
    | 'NotEligibleToRenew'
    | 'InMaintenance'
    | 'InvalidEnrollmentData';
  /** For people. */
  readonly message: string;
}

/** https://learn.microsoft.com/windows/client-management/on-premise-authentication-device-enrollment (errors) */
export function writeSoapFault(
  action: AnswerAction,
  relatesTo: string | undefined,
  { subcode, errorType, message }: SoapFault,
  traceId: string,
): string {
  const text = escapeXml(message);
  const detail =
    errorType === undefined
      ? ''
      : `<s:Detail><DeviceEnrollmentServiceError xmlns="${namespaces.enrollment}">` +
        `<ErrorType>${errorType}</ErrorType><Message>${text}</Message>` +
        `<TraceId>${escapeXml(traceId)}</TraceId></DeviceEnrollmentServiceError></s:Detail>`;
  return writeEnvelope(action, relatesTo, {
    body:
      `<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>${subcode}</s:Value></s:Subcode>` +
      `</s:Code><s:Reason><s:Text xml:lang="en-us">${text}</s:Text></s:Reason>${detail}</s:Fault>`,
  });
}
