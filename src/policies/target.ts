import { normalizedTarget, targetViolations, type AssignmentTarget } from '../directory/index.ts';
import type { Violation } from '../kernel/fault.ts';

/** One of those whom a policy is meant for, or a group that it is not meant for. */
export interface PolicyTarget {
  /** What no other target of the policy has: the id of the group or collection, or the GUID that stands for everyone. */
  readonly key: string;
  readonly target: AssignmentTarget;
  /** Since when the policy has it. */
  readonly createdAt: Date;
}

/** A target as the input names it, and where the input does. */
export interface NamedTarget {
  readonly target: AssignmentTarget;
  readonly path: string;
}

/** Microsoft Graph's GUIDs for everyone. No group has one of them. */
export const everyone = {
  allDevices: 'adadadad-808e-44e2-905a-0b7873a8a531',
  allLicensedUsers: 'acacacac-9df4-4c7d-9d50-4ef0226f57a9',
} as const;

/** Nothing that could be taken for a group's id, and nothing that a path cannot hold. */
const collectionShape = /^(?![0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$)\P{C}*$/iu;

/** The `key` of a target. */
export function keyOfTarget(target: AssignmentTarget): string {
  switch (target.kind) {
    case 'configurationManagerCollection':
      return target.collectionId;
    case 'group':
    case 'exclusionGroup':
      return target.groupId.toLowerCase();
    default:
      return everyone[target.kind];
  }
}

/** A target for people. */
export function nameOfTarget(target: AssignmentTarget): string {
  switch (target.kind) {
    case 'configurationManagerCollection':
      return `the collection '${target.collectionId}'`;
    case 'group':
    case 'exclusionGroup':
      return `the group '${target.groupId}'`;
    default:
      return target.kind === 'allDevices' ? 'all devices' : 'all users';
  }
}

/** What is wrong with targets by themselves; a policy cannot be meant for a group that it is not meant for. */
export function violationsOfTargets(named: readonly NamedTarget[]): Violation[] {
  const kinds = new Map<string, AssignmentTarget['kind']>();
  return named.flatMap(({ target, path }) => {
    const key = keyOfTarget(target);
    const kind = kinds.get(key) ?? target.kind;
    kinds.set(key, kind);
    return [
      ...targetViolations(target, path),
      ...(kind === target.kind
        ? []
        : [
            {
              path,
              message: 'must not exclude a group that is included too, or include one that is excluded',
            },
          ]),
      ...('collectionId' in target && !collectionShape.test(target.collectionId)
        ? [{ path: `${path}.collectionId`, message: "must be the id of a collection, such as 'SMS00001'" }]
        : []),
    ];
  });
}

/** The first of those for the same, as Microsoft Graph has it. */
export function firstOfEach(named: readonly NamedTarget[]): AssignmentTarget[] {
  const byKey = new Map<string, AssignmentTarget>();
  for (const { target } of named) {
    const key = keyOfTarget(target);
    if (!byKey.has(key)) byKey.set(key, normalizedTarget(target));
  }
  return [...byKey.values()];
}
