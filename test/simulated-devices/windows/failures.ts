/** What Windows shows where a fault has this subcode ([MS-MDE2], 3.1.4.1 and following). */
const codesOfSubcodes: Readonly<Record<string, string>> = {
  MessageFormat: '80180001',
  Authentication: '80180002',
  Authorization: '80180003',
  CertificateRequest: '80180004',
  EnrollmentServer: '80180005',
  InternalServiceFault: '80180006',
  InvalidSecurity: '80180007',
};

const codesOfErrorTypes: Readonly<Record<string, string>> = {
  DeviceCapReached: '80180013',
  DeviceNotSupported: '80180014',
  NotSupported: '80180015',
  NotEligibleToRenew: '80180016',
  InMaintenance: '80180017',
  UserLicense: '80180018',
  InvalidEnrollmentData: '80180019',
  CustomServerError: '80180032',
};

export interface FaultFacts {
  /** Without its prefix, such as `Authentication`. */
  readonly subcode: string;
  readonly reason: string;
  readonly errorType?: string;
  readonly message?: string;
  readonly traceId?: string;
}

/** The server refused to enrol or to renew. */
export class EnrollmentRefused extends Error {
  readonly facts: FaultFacts;
  /** What Windows shows, 8 hex digits. */
  readonly code: string;

  constructor(what: string, facts: FaultFacts) {
    const code = codesOfErrorTypes[facts.errorType ?? ''] ?? codesOfSubcodes[facts.subcode] ?? '80180006';
    super(`${what} was refused with 0x${code} (${facts.subcode}): ${facts.message ?? facts.reason}`);
    this.name = 'EnrollmentRefused';
    this.facts = facts;
    this.code = code;
  }
}

/** The server did not take what the device proved itself with, not even after its challenge. */
export class AuthenticationRefused extends Error {
  /** 401 or 407. */
  readonly status: number;

  constructor(device: string, status: number) {
    super(`the server refuses ${device}: ${status} to its answer to the challenge`);
    this.name = 'AuthenticationRefused';
    this.status = status;
  }
}
