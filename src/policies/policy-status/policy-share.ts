import type { Id } from '../../kernel/id.ts';
import type { ResolvedDocument, ResolvedSetting } from '../engine/index.ts';

/** What a resolved document has of one of its policies. */
export type PolicyShare =
  /** The policy is not for the document's system. */
  | 'otherSystem'
  /** The document has yet to be made of the policy as it is now. */
  | 'outOfDate'
  | { readonly system: ResolvedDocument['system']; readonly settings: readonly SharedSetting[] };

/** A setting about which a policy is heard: the device's value is the policy's, or made of it, or the policies are in conflict. */
export interface SharedSetting {
  readonly setting: ResolvedSetting;
  /** The policy lost the conflict. */
  readonly isLost: boolean;
}

/** What a document has of a policy that shall be of this version. Settings in which a stronger policy overrules it are left out. */
export function shareOf(
  document: ResolvedDocument,
  policy: { readonly id: Id; readonly version: number },
): PolicyShare {
  const index = document.policies.findIndex(({ id }) => id === policy.id);
  const isForOther = document.notApplicable.some(
    (item) => item.policy === index && item.reason === 'otherSystem',
  );
  if (isForOther) return 'otherSystem';
  if (document.policies[index]?.version !== policy.version) return 'outOfDate';
  return {
    system: document.system,
    settings: document.settings.flatMap((setting): SharedSetting | [] => {
      if (setting.winner === index) return { setting, isLost: false };
      const loser = setting.losers.find(({ policy }) => policy === index);
      if (!loser || loser.why === 'weaker' || loser.why === 'notChosen') return [];
      return { setting, isLost: loser.why === 'olderAssignmentWins' };
    }),
  };
}
