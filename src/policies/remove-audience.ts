import { removeAudience as removeAudienceItself, requireAudience } from '../devices/audiences/index.ts';
import { Fault } from '../kernel/fault.ts';
import type { Id } from '../kernel/id.ts';
import type { WriteContext } from '../tenancy/index.ts';
import { rulesUsing } from './automation-rules.ts';

/** Removes an audience that no rule has. Faults: `notFound`, `preconditionFailed`, `inUse` with the names of the rules. */
export async function removeAudience(
  context: WriteContext,
  id: Id,
  ifMatch?: readonly number[],
): Promise<void> {
  const rules = await rulesUsing(context, { audienceId: id });
  if (rules) {
    const { name } = await requireAudience(context, id);
    throw new Fault('inUse', `The device audience '${name}' is used by ${rules}. Take it from them first.`);
  }
  await removeAudienceItself(context, id, ifMatch);
}
