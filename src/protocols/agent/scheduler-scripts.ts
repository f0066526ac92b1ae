import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import { scriptTypes } from '../../devices/index.ts';
import { handOutScripts } from '../../policies/agents/index.ts';
import { operation } from './operation.ts';

/** Seconds after which an agent ends a script. */
const timeLimit = 900;
/** Octets that an agent keeps of each output of a script. */
const outputLimit = 64 * 1024;

const Run = Type.Object({
  runId: Type.String({ format: 'uuid', description: 'Names this one run; its result is told under it' }),
  scriptId: Type.String({ format: 'uuid' }),
  name: Type.String({ description: 'For people' }),
  type: Type.Enum([...scriptTypes]),
  scope: Type.Enum(['machine', 'user'], {
    description: 'Whether it is for the machine or for the person who uses it',
  }),
  interpreter: Type.String({ description: 'What runs it: `/bin/sh` or `powershell.exe`' }),
  arguments: Type.Array(Type.String(), {
    description: 'Each as it is: they must not pass through a shell',
  }),
  content: Type.String({ description: 'The file, in Base64' }),
  sha256: Type.String({ description: 'Of the file, in hexadecimal digits' }),
  timeLimit: Type.Integer({
    description: 'Seconds after which the script and all that it started are ended',
  }),
  outputLimit: Type.Integer({ description: 'Octets that are kept of each of its outputs' }),
});

export const schedulerScripts = operation({
  name: 'getSchedulerScripts',
  method: 'GET',
  url: '/scheduler-scripts',
  summary: 'The scripts that the agent shall run now',
  description:
    'One after another, in this order. A run stays in the answer, under its id, until its result was told: an agent that finds a run that it has begun already must not run it again. At most 20 scripts and 4 MiB at once.',
  data: Type.Object({ runs: Type.Array(Run) }),
  async handle({ agent, read, change, documents, now }) {
    const handed = await handOutScripts({ read, change, documents }, agent.deviceId, now);
    return {
      data: {
        runs: handed.map(({ run, script, interpreter, content }) => ({
          runId: run.id,
          scriptId: run.scriptId,
          name: run.name,
          type: run.type,
          scope: script.script.scope ?? 'machine',
          interpreter,
          arguments: [...script.arguments],
          content: content.toString('base64'),
          sha256: createHash('sha256').update(content).digest('hex'),
          timeLimit,
          outputLimit,
        })),
      },
    };
  },
});
