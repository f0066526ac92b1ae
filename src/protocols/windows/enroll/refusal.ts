import type { Fault, FaultCode } from '../../../kernel/fault.ts';
import type { SoapFault } from './wire/soap-fault.ts';

type Refusal = Omit<SoapFault, 'message'>;

const messageFormat: Refusal = { subcode: 's:MessageFormat' };
const authentication: Refusal = { subcode: 's:Authentication' };
const server: Refusal = { subcode: 's:EnrollmentServer' };

const byCode = {
  malformedBody: messageFormat,
  unsupportedMediaType: messageFormat,
  payloadTooLarge: messageFormat,
  invalidInput: { ...messageFormat, errorType: 'InvalidEnrollmentData' },
  tokenMissing: authentication,
  tokenMalformed: authentication,
  tokenInvalid: authentication,
  tokenExpired: authentication,
  tokenWrongAudience: authentication,
  forbidden: { subcode: 's:Authorization' },
  featureNotInPlan: { subcode: 's:Authorization' },
  unavailable: { ...server, errorType: 'InMaintenance' },
  tooManyRequests: { ...server, errorType: 'InMaintenance' },
  notFound: server,
  routeNotFound: server,
  methodNotAllowed: server,
  alreadyExists: server,
  inUse: server,
  outdated: server,
  preconditionFailed: server,
} as const satisfies Record<FaultCode, Refusal>;

/** What Windows has words of its own for, by what of the request or of the enrolment was the reason. */
const byPath: ReadonlyMap<string, Refusal> = new Map<string, Refusal>([
  ['maxUses', { subcode: 's:Authorization', errorType: 'DeviceCapReached' }],
  ['certificate', { subcode: 's:Authorization', errorType: 'NotEligibleToRenew' }],
  ['certificateRequest', { subcode: 's:CertificateRequest' }],
  ['publicKey', { subcode: 's:CertificateRequest' }],
  ['signature', { subcode: 's:CertificateRequest' }],
  ['signatureAlgorithm', { subcode: 's:CertificateRequest' }],
  ['RequestType', { ...server, errorType: 'NotSupported' }],
  ['AuthPolicy', { ...server, errorType: 'NotSupported' }],
]);

/** How a PC is told of a fault; no fault means that the server made a mistake, of which it is told nothing more. */
export function soapFaultOf(fault: Fault | undefined): SoapFault {
  if (!fault) {
    return {
      subcode: 'a:InternalServiceFault',
      message: 'The server made a mistake; its log tells more.',
    };
  }
  const [violation] = fault.violations;
  const refusal = (violation && byPath.get(violation.path)) ?? byCode[fault.code];
  return { ...refusal, message: fault.message };
}
