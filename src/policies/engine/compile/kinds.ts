import type { Id } from '../../../kernel/id.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import type { NotApplicable, Setting } from '../setting.ts';
import { iosCustomConfiguration } from './ios-custom-configuration.ts';
import { iosGeneralDeviceConfiguration } from './ios-general-device-configuration.ts';
import type { Compiled, CompiledKind, CompiledPolicy, WindowsNodes } from './kind.ts';
import { macOSCustomConfiguration } from './macos-custom-configuration.ts';
import { macOSGeneralDeviceConfiguration } from './macos-general-device-configuration.ts';
import { winPolicy } from './win-policy.ts';
import { windows10CustomConfiguration } from './windows10-custom-configuration.ts';

/** Every kind of policy that devices can get something of. */
export const compiledKinds: readonly CompiledKind[] = [
  winPolicy,
  windows10CustomConfiguration,
  macOSGeneralDeviceConfiguration,
  macOSCustomConfiguration,
  iosGeneralDeviceConfiguration,
  iosCustomConfiguration,
];

const byName = new Map(compiledKinds.map((kind) => [kind.kind, kind]));

interface PolicyVersion {
  readonly id: Id;
  readonly kind: string;
  readonly name: string;
  readonly version: number;
  readonly document: object;
}

/** One version of a policy as settings, no key twice. A kind that is not known has none and says so. */
export function compilePolicy(policy: PolicyVersion, nodes: WindowsNodes = () => undefined): CompiledPolicy {
  const { id, name, version } = policy;
  const kind = byName.get(policy.kind);
  if (!kind) return { id, name, version, systems: [], settings: [], notApplicable: [unknownKind(policy)] };
  const compiled = kind.compile(policy.document as JsonObject, { policyId: id, nodes });
  return { id, name, version, systems: kind.systems, ...withoutRepetition(compiled) };
}

function withoutRepetition(compiled: Compiled): Compiled {
  const settings = new Map<string, Setting>();
  const notApplicable: NotApplicable[] = [...compiled.notApplicable];
  for (const setting of compiled.settings) {
    if (settings.has(setting.key)) {
      notApplicable.push({
        property: setting.key,
        value: setting.value,
        reason: 'saidTwice',
        message: `The policy says '${setting.title}' twice; what it says first counts.`,
      });
    } else settings.set(setting.key, setting);
  }
  return { settings: [...settings.values()], notApplicable };
}

function unknownKind({ kind }: PolicyVersion): NotApplicable {
  return {
    property: null,
    value: kind,
    reason: 'unknown',
    message: `Policies of the kind '${kind}' cannot be delivered by this version.`,
  };
}
