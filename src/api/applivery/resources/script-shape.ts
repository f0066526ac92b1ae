import { Type, type Static } from 'typebox';
import { scriptTypes, type Script } from '../../../devices/index.ts';
import { invalidInput } from '../../../kernel/fault.ts';
import { processedArguments, type PlaceholderSource } from '../../../policies/agents/index.ts';
import { formatOf, type Asset, type Items } from '../../../policies/index.ts';
import { hex, HexId, idOf, Timestamp } from '../shapes.ts';

const script = {
  type: Type.Enum([...scriptTypes]),
  loopTime: Type.Optional(Type.Number({ minimum: 0, description: 'Minutes between two runs of a loop' })),
  resetDate: Type.Optional(Timestamp('A script of type once runs again when this changes')),
  arguments: Type.Optional(
    Type.String({
      maxLength: 4096,
      description: 'What the script is called with; may contain {{device.x}} and {{user.x}}',
    }),
  ),
  scope: Type.Optional(Type.Enum(['machine', 'user'], { description: 'machine when left out' })),
};

const id = HexId('Asset of type script');

/** A script as it is sent. Its name, description and runner are the asset's and ignored. */
export const ScriptInput = Type.Object({ ...script, id });

/** A script as it is answered. */
export const ScriptAnswer = Type.Object({
  ...script,
  id,
  argumentsProcessed: Type.Optional(
    Type.String({
      description:
        'On a device: the arguments with placeholders filled in; left out where one stands for nothing',
    }),
  ),
  name: Type.Optional(Type.String({ maxLength: 256 })),
  description: Type.Optional(Type.String({ maxLength: 500 })),
  runner: Type.Optional(Type.String({ maxLength: 256, description: 'What runs the script' })),
});

/** Faults: `invalidInput` (a `resetDate` that no calendar has). */
export function readScripts(scripts: readonly Static<typeof ScriptInput>[]): Script[] {
  return scripts.map(({ id, resetDate, ...rest }, index) => ({
    ...rest,
    id: idOf(id, 'Asset'),
    ...(resetDate !== undefined && { resetDate: moment(resetDate, `scripts[${index}].resetDate`) }),
  }));
}

function moment(text: string, path: string): string {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw invalidInput([{ path, message: `'${text}' is not a moment` }]);
  return date.toISOString();
}

/** `source`: of the device whose script it is; a policy's own scripts have none. */
export function writeScript(
  { id, ...rest }: Script,
  { assets }: Items,
  source?: PlaceholderSource,
): Static<typeof ScriptAnswer> {
  const asset = assets.get(id);
  const processed = source && processedArguments(rest.arguments, source);
  return {
    ...rest,
    id: hex(id),
    ...(processed !== undefined && { argumentsProcessed: processed }),
    ...(asset && readOnlyFields(asset)),
  };
}

function readOnlyFields({ name, description, extension }: Asset) {
  const { runner } = formatOf(extension);
  return {
    name,
    ...(description !== null && { description }),
    ...(runner !== undefined && { runner }),
  };
}
