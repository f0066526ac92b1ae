import type { Declaration, DeclarationStatus } from './declaration-state.ts';
import { installed } from './enrollment.ts';
import type { PlistDict, PlistValue } from './plist.ts';
import { readProfile } from './profile.ts';
import type { Channel, Device } from './state.ts';

type Reason = NonNullable<DeclarationStatus['reasons']>[number];
/** What is wrong with a declaration; none where it is right. */
type Problems = readonly Reason[];

const reason = (code: string, description: string, details?: Reason['details']): Reason => ({
  code,
  description,
  ...(details && { details }),
});

/** https://developer.apple.com/documentation/devicemanagement/passcodesettings; the key of a profile that means the same. */
const passcodeKeys: Readonly<Record<string, readonly [type: 'boolean' | 'number', key: string]>> = {
  RequirePasscode: ['boolean', 'forcePIN'],
  RequireAlphanumericPasscode: ['boolean', 'requireAlphanumeric'],
  RequireComplexPasscode: ['boolean', 'allowSimple'],
  ChangeAtNextAuth: ['boolean', 'changeAtNextAuth'],
  MinimumLength: ['number', 'minLength'],
  MinimumComplexCharacters: ['number', 'minComplexChars'],
  MaximumFailedAttempts: ['number', 'maxFailedAttempts'],
  FailedAttemptsResetInMinutes: ['number', 'minutesUntilFailedLoginReset'],
  MaximumGracePeriodInMinutes: ['number', 'maxGracePeriod'],
  MaximumInactivityInMinutes: ['number', 'maxInactivity'],
  MaximumPasscodeAgeInDays: ['number', 'maxPINAgeInDays'],
  PasscodeReuseLimit: ['number', 'pinHistory'],
};

/** The types that the device knows. */
export const supportedDeclarations = {
  activations: ['com.apple.activation.simple'],
  assets: ['com.apple.asset.data', 'com.apple.asset.useridentity'],
  configurations: [
    'com.apple.configuration.legacy',
    'com.apple.configuration.management.status-subscriptions',
    'com.apple.configuration.management.test',
    'com.apple.configuration.passcode.settings',
  ],
  management: [
    'com.apple.management.organization-info',
    'com.apple.management.properties',
    'com.apple.management.server-capabilities',
  ],
} as const;

const supported: ReadonlySet<string> = new Set(Object.values(supportedDeclarations).flat());

/** Makes what is declared so: settings, profiles and the status of each declaration. A configuration counts when an activation names it. */
export async function applyDeclarations(device: Device, channel: Channel): Promise<void> {
  const state = channel.declarations;
  const all = [...state.declarations.values()];
  const activations = all.filter(({ kind }) => kind === 'activation');
  const active = activations.filter(
    (activation) => problemsWithActivation(activation, state.declarations).length === 0,
  );
  const named = new Set(active.flatMap(namedConfigurations));

  const inForce = all.filter(({ kind, identifier }) => kind === 'configuration' && named.has(identifier));
  const failed = await applyConfigurations(device, channel, inForce);
  state.settings = inForce
    .filter((one) => one.type === 'com.apple.configuration.passcode.settings')
    .filter((one) => problemsWith(one).length === 0)
    .map(({ payload }) => ({
      payloadType: 'com.apple.mobiledevice.passwordpolicy',
      settings: asPasscodePolicy(payload),
    }));
  state.statuses = new Map(
    all.map((declaration) => {
      const problems = [
        ...(declaration.kind === 'activation'
          ? problemsWithActivation(declaration, state.declarations)
          : problemsWith(declaration)),
        ...(failed.get(declaration.identifier) ?? []),
      ];
      return [declaration.identifier, statusOf(declaration, problems, named, all)];
    }),
  );
}

function statusOf(
  { kind, identifier, serverToken }: Declaration,
  problems: Problems,
  named: ReadonlySet<string>,
  all: readonly Declaration[],
): DeclarationStatus {
  const isValid = problems.length === 0;
  const isWanted =
    kind === 'configuration'
      ? named.has(identifier)
      : kind !== 'asset' || all.some((one) => one.kind === 'configuration' && refersTo(one, identifier));
  const info =
    kind === 'asset'
      ? reason('Info.NotReferencedByConfiguration', 'No configuration refers to it.')
      : reason('Info.NotReferencedByActivation', 'No activation that is active names it.');
  const reasons = [...problems, ...(isWanted ? [] : [info])];
  return {
    identifier,
    'server-token': serverToken,
    active: isValid && isWanted,
    valid: isValid ? 'valid' : 'invalid',
    ...(reasons.length > 0 && { reasons }),
  };
}

function refersTo({ payload }: Declaration, identifier: string): boolean {
  return Object.entries(payload).some(
    ([key, value]) => key.endsWith('AssetReference') && value === identifier,
  );
}

function namedConfigurations({ payload }: Declaration): readonly string[] {
  const names = payload['StandardConfigurations'];
  return Array.isArray(names) ? names.map(String) : [];
}

function problemsWithActivation(
  declaration: Declaration,
  declarations: ReadonlyMap<string, Declaration>,
): Problems {
  const unsupported = problemsWith(declaration);
  if (unsupported.length > 0) return unsupported;
  const missing = namedConfigurations(declaration).filter(
    (identifier) => declarations.get(identifier)?.kind !== 'configuration',
  );
  if (missing.length > 0) {
    const details = { ConfigurationIdentifiers: missing };
    return [reason('Error.MissingConfigurations', 'Configurations are missing.', details)];
  }
  const isPlain = declaration.payload['Predicate'] === undefined;
  return isPlain ? [] : [reason('Error.UnableToParsePredicate', 'This device evaluates no predicates.')];
}

function problemsWith({ kind, type, payload }: Declaration): Problems {
  if (!supported.has(type)) {
    return [
      kind === 'configuration'
        ? reason('Error.ConfigurationNotSupported', `The type ${type} is not supported.`)
        : reason('Error.InvalidPayload', `The type ${type} is not supported.`),
    ];
  }
  if (type === 'com.apple.configuration.legacy' && !String(payload['ProfileURL']).startsWith('http')) {
    return [reason('Error.ConfigurationIsInvalid', 'ProfileURL must be a URL.')];
  }
  if (type !== 'com.apple.configuration.passcode.settings') return [];
  const unknown = Object.keys(payload).filter((key) => !(key in passcodeKeys));
  if (unknown.length > 0) {
    return [reason('Error.UnknownPayloadKeys', 'The payload has unknown keys.', { UnknownKeys: unknown })];
  }
  const wrong = Object.entries(payload).filter(([key, value]) => typeof value !== passcodeKeys[key]![0]);
  return wrong.map(([key]) =>
    reason('Error.ConfigurationIsInvalid', `${key} has a value of the wrong type.`),
  );
}

function asPasscodePolicy(payload: Declaration['payload']): PlistDict {
  return Object.fromEntries(
    Object.entries(payload).map(([name, value]) => {
      const [, key] = passcodeKeys[name]!;
      // Complex is what is not simple.
      return [key, key === 'allowSimple' ? value !== true : (value as PlistValue)];
    }),
  );
}

/** Installs the profiles that configurations name and removes those of others. The answer tells which could not be installed. */
async function applyConfigurations(
  device: Device,
  channel: Channel,
  inForce: readonly Declaration[],
): Promise<ReadonlyMap<string, Problems>> {
  const failed = new Map<string, Problems>();
  const legacy = inForce.filter((one) => one.type === 'com.apple.configuration.legacy');
  const wanted = new Set(legacy.map(({ identifier }) => identifier));
  channel.profiles = channel.profiles.filter(
    ({ source }) => typeof source === 'string' || wanted.has(source.declaration),
  );
  for (const declaration of legacy.filter((one) => problemsWith(one).length === 0)) {
    try {
      await installLegacyProfile(device, channel, declaration);
    } catch (error) {
      failed.set(declaration.identifier, [
        reason('Error.ConfigurationCannotBeApplied', (error as Error).message),
      ]);
    }
  }
  return failed;
}

async function installLegacyProfile(
  device: Device,
  channel: Channel,
  declaration: Declaration,
): Promise<void> {
  const { setup, state } = device;
  const identity = state.enrollment?.identity;
  const url = String(declaration.payload['ProfileURL']);
  const answer = await setup.transport({
    method: 'GET',
    url,
    headers: {},
    ...(identity && setup.authentication.kind === 'tls' && { identity }),
  });
  if (answer.status !== 200) throw new Error(`${url} was answered ${answer.status}`);
  const profile = readProfile(answer.body, identity);
  const source = { declaration: declaration.identifier };
  const others = channel.profiles.filter(
    (one) =>
      one.identifier !== profile.identifier &&
      (typeof one.source === 'string' || one.source.declaration !== declaration.identifier),
  );
  channel.profiles = [...others, installed(profile, source)];
}
