import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Type } from 'typebox';
import { noteConfiguration } from '../../devices/agents/index.ts';
import { agentConfigurationIn, dutiesOf } from '../../policies/agents/index.ts';
import { desiredStateOf } from '../../policies/index.ts';
import { operation } from './operation.ts';

const Interval = (description: string) => Type.Integer({ minimum: 1, description: `Seconds ${description}` });

const Reported = (what: string) =>
  Type.Object({
    active: Type.Boolean({
      description: `Whether the agent shall tell ${what}; what it tells unasked is refused`,
    }),
    refreshInterval: Interval('between two reports'),
  });

export const agentConfig = operation({
  name: 'getAgentConfig',
  method: 'GET',
  url: '/agent-config',
  summary: 'What the agent shall do',
  description:
    "What the device's policies say of its agent together. Send the entity tag of the answer that the agent goes by in `If-None-Match`: 304 tells that nothing has changed, and the server knows by it that the agent has its configuration.",
  data: Type.Object({
    checkInterval: Interval('between two questions for this and for scripts'),
    scripts: Type.Object({ active: Type.Boolean({ description: 'Whether the agent shall run scripts' }) }),
    location: Reported('where the device is'),
    networkStatus: Reported('how the device is connected'),
    buildTag: Type.Union([Type.String(), Type.Null()], {
      description: 'The build of the agent that is wanted; null for any',
    }),
  }),
  async handle({ agent, known, read, change, documents }) {
    const state = await desiredStateOf(read, agent.deviceId, documents);
    const told = { ...agentConfigurationIn(state?.document) };
    const data = dutiesOf(told);
    const tag = createHash('sha256').update(JSON.stringify(data)).digest('base64url').slice(0, 22);
    const hasIt = known.includes(tag);
    const isNew = !isDeepStrictEqual(agent.toldConfiguration, told);
    if (isNew || (hasIt && !agent.hasConfirmed)) {
      await change((context) => noteConfiguration(context, agent.id, told, hasIt));
    }
    return { data: hasIt ? undefined : data, tag };
  },
});
