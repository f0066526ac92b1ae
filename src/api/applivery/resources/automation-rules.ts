import { Type, type Static } from 'typebox';
import {
  createRule,
  listRules,
  removeRule,
  requireRule,
  ruleSortFields,
  updateRule,
  type AutomationRule,
  type RuleContent,
} from '../../../policies/index.ts';
import type { ReadContext } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint, type EndpointAnswer } from '../endpoint.ts';
import { hex, HexId, idOf, PageOf, pageOf, PageQuery, readPage, Timestamp } from '../shapes.ts';
import { NullableText } from './nullable-text.ts';
import { Priority } from './windows-device-shape.ts';

const Action = Type.Object({
  type: Type.Literal('policy'),
  platform: Type.Enum(['windows', 'apple']),
  policyId: HexId('Policy of this platform; the id of an Apple one is that of the device configuration'),
  priority: Priority,
});

const listed = {
  deviceAudiences: Type.Array(HexId('Device audience'), {
    minItems: 1,
    maxItems: 100,
    description: 'A device that belongs to one of them is meant',
  }),
  actions: Type.Array(Action, { minItems: 1, maxItems: 100 }),
};

const Name = Type.String({
  minLength: 1,
  maxLength: 128,
  description: 'Unique in the organization without regard to case',
});

const optional = {
  description: Type.Optional(NullableText(256, 'What the rule is for')),
  enabled: Type.Optional(Type.Boolean({ description: 'A rule that is not does nothing (true)' })),
};

const RuleAnswer = Type.Object({
  id: HexId('Automation rule'),
  organizationId: HexId('Organization'),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  deviceAudiences: listed.deviceAudiences,
  actions: Type.Array(Action, { description: 'None when all it gave was deleted by force' }),
  enabled: Type.Boolean(),
  createdAt: Timestamp('Creation'),
  updatedAt: Timestamp('Last change'),
});

const path = Type.Object({ automationRuleId: HexId('Automation rule') });
const idIn = ({ automationRuleId }: Static<typeof path>) => idOf(automationRuleId, 'Automation rule');

const tag = 'Automation rules';

/** The vendor has automation rules but documents no operations for them: these are in the style of its others. */
export const automationRulesEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    url: '/mdm/automation-rules',
    summary: 'List automation rules',
    tag,
    permission: 'automationRule.read',
    query: Type.Object({
      ...PageQuery.properties,
      search: Type.Optional(
        Type.String({ maxLength: 256, description: 'Part of the name or the description' }),
      ),
    }),
    data: PageOf(RuleAnswer),
    async handle({ query, read }) {
      const page = readPage(query, ruleSortFields);
      const { items, total } = await listRules(read, { search: query.search }, page);
      return {
        data: pageOf(
          items.map((rule) => answerOf(read, rule)),
          total,
          page,
        ),
      };
    },
  }),
  endpoint({
    method: 'POST',
    url: '/mdm/automation-rules',
    summary: 'Create an automation rule',
    description: 'Gives policies to the devices of its audiences, for as long as they belong to them.',
    tag,
    permission: 'automationRule.create',
    body: Type.Object({ name: Name, ...optional, ...listed }),
    data: RuleAnswer,
    async handle({ body, change, read }) {
      const content = {
        name: body.name,
        description: body.description ?? null,
        enabled: body.enabled ?? true,
        ...listsOf(body),
      };
      return answer(read, await change((context) => createRule(context, content)));
    },
  }),
  endpoint({
    method: 'GET',
    url: '/mdm/automation-rules/{automationRuleId}',
    summary: 'Get an automation rule',
    tag,
    permission: 'automationRule.read',
    path,
    data: RuleAnswer,
    async handle({ path, read }) {
      return answer(read, await requireRule(read, idIn(path)));
    },
  }),
  endpoint({
    method: 'PUT',
    url: '/mdm/automation-rules/{automationRuleId}',
    summary: 'Update an automation rule',
    description: 'Properties that are left out stay as they are; lists are replaced whole.',
    tag,
    permission: 'automationRule.update',
    path,
    body: Type.Object({
      name: Type.Optional(Name),
      ...optional,
      ...Type.Partial(Type.Object(listed)).properties,
    }),
    data: RuleAnswer,
    async handle({ path, body, change, ifMatch, read }) {
      const { deviceAudiences, actions, ...rest } = body;
      const { audienceIds, actions: given } = listsOf({
        deviceAudiences: deviceAudiences ?? [],
        actions: actions ?? [],
      });
      const changes = {
        ...rest,
        ...(deviceAudiences && { audienceIds }),
        ...(actions && { actions: given }),
      };
      return answer(read, await change((context) => updateRule(context, idIn(path), changes, ifMatch)));
    },
  }),
  endpoint({
    method: 'DELETE',
    url: '/mdm/automation-rules/{automationRuleId}',
    summary: 'Delete an automation rule',
    description: 'Its devices lose what it gave them.',
    tag,
    permission: 'automationRule.remove',
    path,
    data: Type.Object({ delete: Type.Boolean() }),
    async handle({ path, change, ifMatch }) {
      await change((context) => removeRule(context, idIn(path), ifMatch));
      return { data: { delete: true } };
    },
  }),
];

const Lists = Type.Object(listed);

function listsOf({
  deviceAudiences,
  actions,
}: Static<typeof Lists>): Pick<RuleContent, 'audienceIds' | 'actions'> {
  return {
    audienceIds: deviceAudiences.map((id) => idOf(id, 'Device audience')),
    actions: actions.map(({ platform, policyId, priority }) => ({
      platform,
      policyId: idOf(policyId, 'Policy'),
      priority,
    })),
  };
}

function answer(read: ReadContext, rule: AutomationRule): EndpointAnswer<Static<typeof RuleAnswer>> {
  return { data: answerOf(read, rule), revision: rule.revision };
}

function answerOf(
  { scope }: ReadContext,
  { id, name, description, audienceIds, actions, enabled, createdAt, updatedAt }: AutomationRule,
): Static<typeof RuleAnswer> {
  return {
    id: hex(id),
    organizationId: hex(scope.organization.id),
    name,
    ...(description !== null && { description }),
    deviceAudiences: audienceIds.map(hex),
    actions: actions.map(({ platform, policyId, priority }) => ({
      type: 'policy',
      platform,
      policyId: hex(policyId),
      priority,
    })),
    enabled,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
