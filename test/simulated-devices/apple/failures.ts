import type { PlistDict } from './plist.ts';

/** One error of a chain, from the outermost to its cause. */
interface DeviceError {
  readonly ErrorDomain: string;
  readonly ErrorCode: number;
  readonly LocalizedDescription: string;
}

export type ErrorChain = readonly DeviceError[];

/** A command that the device answers with `Error`. */
export class CommandFailed extends Error {
  readonly chain: ErrorChain;

  constructor(chain: ErrorChain) {
    super(
      chain
        .map((error) => `${error.ErrorDomain} ${error.ErrorCode}: ${error.LocalizedDescription}`)
        .join('; '),
    );
    this.name = 'CommandFailed';
    this.chain = chain;
  }
}

/** A command that the device answers with `CommandFormatError`. */
export class CommandMalformed extends Error {}

/** The certificate was not issued: `pkiStatus` 2 with a `failInfo`, or 3 for pending (RFC 8894, section 3.2.1). */
export class ScepRefusal extends Error {
  readonly pkiStatus: string;
  readonly failInfo: string | undefined;

  constructor(pkiStatus: string, failInfo: string | undefined) {
    super(`the certificate was refused: pkiStatus ${pkiStatus}, failInfo ${failInfo ?? 'none'}`);
    this.name = 'ScepRefusal';
    this.pkiStatus = pkiStatus;
    this.failInfo = failInfo;
  }
}

const domains = { mdm: 'MCMDMErrorDomain', profile: 'MCProfileErrorDomain', payload: 'MCPayloadErrorDomain' };

export function mdmFailure(code: number, text: string): CommandFailed {
  return new CommandFailed([{ ErrorDomain: domains.mdm, ErrorCode: code, LocalizedDescription: text }]);
}

/** What is wrong with a profile as a whole, as installing it reports it. */
export function profileFailure(code: number, text: string): CommandFailed {
  return new CommandFailed([
    installationFailed('The profile could not be installed.'),
    { ErrorDomain: domains.profile, ErrorCode: code, LocalizedDescription: text },
  ]);
}

/** What is wrong with one payload of a profile. */
export function payloadFailure(name: string, code: number, text: string): CommandFailed {
  return new CommandFailed([
    installationFailed(`The profile "${name}" could not be installed.`),
    {
      ErrorDomain: domains.profile,
      ErrorCode: 1_009,
      LocalizedDescription: `The profile "${name}" could not be installed due to an unexpected error.`,
    },
    { ErrorDomain: domains.payload, ErrorCode: code, LocalizedDescription: text },
  ]);
}

const installationFailed = (text: string): DeviceError => ({
  ErrorDomain: 'MCInstallationErrorDomain',
  ErrorCode: 4_001,
  LocalizedDescription: text,
});

export function chainOf({ chain }: CommandFailed): readonly PlistDict[] {
  return chain.map((error) => ({ ...error, USEnglishDescription: error.LocalizedDescription }));
}
