import { notFound } from '../kernel/fault.ts';
import type { Id } from '../kernel/id.ts';
import type { WriteContext } from '../tenancy/index.ts';
import { updatePolicy } from './change-policy.ts';
import { deviceConfigurations } from './device-configurations.ts';
import type { Policy, PolicyContent, PolicyFamily } from './policy.ts';
import type { AnyPolicyFamily } from './policy-families.ts';
import { getPolicyVersion } from './policy-versions.ts';
import { updateWindowsPolicy } from './windows-policies.ts';
import { windowsPolicies } from './windows-policy.ts';

interface RollBack {
  readonly id: Id;
  /** The version to go back to. */
  readonly version: number;
  readonly ifMatch: readonly number[] | undefined;
}

/**
 * Gives a policy the name, description and document of one of its versions, as a save of them would: it makes a new version, or none if
 * they are what the policy has. Faults: `notFound` (the policy, the version), and those of the family's update: `preconditionFailed`,
 * `invalidInput` (something that the old document refers to and that the organization does not have any more).
 */
export function rollBackPolicy(
  context: WriteContext,
  { area }: AnyPolicyFamily,
  rollBack: RollBack,
): Promise<Policy<object>> {
  switch (area) {
    case 'windows.policy':
      return saveVersion(context, windowsPolicies, rollBack, (id, ifMatch, content) =>
        updateWindowsPolicy(context, id, ifMatch, content),
      );
    case 'deviceConfiguration':
      return saveVersion(context, deviceConfigurations, rollBack, (id, ifMatch, content) =>
        updatePolicy(context, deviceConfigurations, id, ifMatch, () => content),
      );
  }
}

type VersionContent<Document extends object> = Pick<
  PolicyContent<Document>,
  'name' | 'description' | 'document'
>;

async function saveVersion<Document extends object>(
  context: WriteContext,
  family: PolicyFamily<Document>,
  { id, version, ifMatch }: RollBack,
  save: (
    id: Id,
    ifMatch: RollBack['ifMatch'],
    content: VersionContent<Document>,
  ) => Promise<Policy<Document>>,
): Promise<Policy<Document>> {
  const old = await getPolicyVersion(context, family, id, version);
  if (!old) throw notFound('Version', String(version));
  const { name, description, document } = old;
  return save(id, ifMatch, { name, description, document });
}
