import type { ApplicationAction, CheckedCommand } from '../../../devices/commands/index.ts';
import { invalidInput } from '../../../kernel/fault.ts';
import { hexOfId } from '../../../kernel/id.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import { loadItems } from '../../../policies/index.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import { usualArguments, installJob, nodeOfPackage } from '../delivery/msi-package.ts';
import { packagesOf } from '../delivery/sources.ts';
import type { NodeCommand } from '../dm-command.ts';
import type { MsiReader } from '../msi/msi-reader.ts';

/** Stands for the URL of the order's asset, which is made when the order is sent: such URLs end after some days. */
export const contentPlaceholder = 'muster:content';

/**
 * Has a PC install an application, or remove it. Faults: `invalidInput` for one that the organization does not have, or that no PC can
 * install by its management.
 */
export async function applicationCommand(
  context: WriteContext,
  msi: MsiReader,
  { id, action }: ApplicationAction,
): Promise<CheckedCommand> {
  const organizationId = context.scope.organization.id;
  const references = [{ kind: 'application' as const, id, path: 'id' }];
  const [items] = await loadItems(context.db, [{ organizationId, references }]);
  const found = (await packagesOf(context, items!, msi)).get(id);
  if (!found) {
    throw refusal(`'${hexOfId(id)}' is not an application of this organization`);
  }
  if ('reason' in found) throw refusal(found.reason);
  const node = nodeOfPackage(found.msi);
  if (action === 'uninstall') {
    const commands: readonly NodeCommand[] = [{ verb: 'Delete', locUri: node }];
    return { type: `Uninstall ${found.name}`, body: { commands: commands as unknown as JsonObject[] } };
  }
  const locUri = `${node}/DownloadInstall`;
  // A package that was installed before is installed anew by another job alone.
  const job = installJob(
    { ...found.msi, arguments: usualArguments },
    contentPlaceholder,
    context.now.getTime(),
  );
  const commands: readonly NodeCommand[] = [
    { verb: 'Add', locUri, value: { format: 'null', data: '' } },
    { verb: 'Exec', locUri, value: { format: 'xml', data: job } },
  ];
  return {
    type: `Install ${found.name}`,
    body: { commands: commands as unknown as JsonObject[], assetId: hexOfId(found.assetId) },
  };
}

function refusal(message: string) {
  return invalidInput([{ path: 'id', message }]);
}
