import { Type, type Static } from 'typebox';
import type { EnrollmentTemplate, TemplateContent, TemplateRule } from '../../../policies/index.ts';
import type { ReadContext } from '../../../tenancy/index.ts';
import { hex, HexId, idOf, SegmentNumber, Timestamp } from '../shapes.ts';
import { Tag } from './device-shape.ts';
import { NullableId } from './nullable-id.ts';
import { NullableText } from './nullable-text.ts';
import { Priority } from './windows-device-shape.ts';

const Text = (description: string) => Type.String({ minLength: 1, maxLength: 256, description });

const AuxiliaryField = Type.Object({
  type: Type.Literal('select'),
  key: Type.String({
    minLength: 1,
    maxLength: 128,
    description: "Name of the MDM user's metadata that holds the value; conditions ask for it by this name",
  }),
  title: Type.Optional(NullableText(256, 'Title')),
  description: Type.Optional(NullableText(256, 'Description')),
  options: Type.Array(Text('Value'), { minItems: 1, maxItems: 500 }),
});

const group = { minItems: 1, maxItems: 50 };

const Condition = Type.Object({
  tags: Type.Optional(
    Type.Array(Type.Array(Tag, group), {
      maxItems: 50,
      description: 'The MDM user has all tags of one of these groups',
    }),
  ),
  auxiliaryFields: Type.Optional(
    Type.Array(
      Type.Array(Type.Object({ key: Text('Key of an auxiliary field'), value: Text('Option') }), group),
      { maxItems: 50, description: "The MDM user's metadata have all values of one of these groups" },
    ),
  ),
  patterns: Type.Optional(
    Type.Array(Text('Such as *@example.com; * is any text, and case does not count'), {
      maxItems: 100,
      description: "One of them is the user's e-mail address",
    }),
  ),
  identifiers: Type.Optional(
    Type.Array(Text('Identifier'), {
      maxItems: 1_000,
      description: "One of them is the PC's serial number, IMEI or DeviceID",
    }),
  ),
});

const Assignment = Type.Object({ winPolicyId: HexId('Windows policy'), priority: Priority });

const Rule = Type.Object({
  name: Type.Optional(NullableText(128, 'Name')),
  displayNamePattern: Type.Optional(
    NullableText(
      128,
      'Display name of PCs that have none, with placeholders such as {{device.serialNumber}} and {{user.name}}. Where one stands for nothing, the PC gets no display name.',
    ),
  ),
  tags: Type.Optional(Type.Array(Tag, { maxItems: 100, description: 'Tags that PCs get' })),
  conditions: Type.Optional(
    Type.Array(Condition, {
      maxItems: 50,
      description:
        'The rule is for PCs that meet one of them, which is all that it says; without any it is for every PC',
    }),
  ),
  winPolicyId: Type.Optional(NullableId('Primary policy that PCs get; null for none')),
  winPolicyAssignments: Type.Optional(
    Type.Array(Assignment, {
      maxItems: 100,
      description: 'Further policies. Several policies on a device need a plan with policy composition.',
    }),
  ),
  segmentId: Type.Optional(SegmentNumber),
});

const Name = Type.String({
  minLength: 1,
  maxLength: 128,
  description: 'Unique in the organization without regard to case',
});

const Rules = Type.Array(Rule, {
  minItems: 1,
  maxItems: 50,
  description: 'The first that is for a PC is the one that counts; at least one has a policy',
});

const optional = {
  description: Type.Optional(NullableText(256, 'What the template is for')),
  auxiliaryFields: Type.Optional(Type.Array(AuxiliaryField, { maxItems: 50 })),
  loginProviderTypes: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      maxItems: 20,
      description: 'Kept, but without effect: people sign in with a code or by Entra ID',
    }),
  ),
  allowAutoContinue: Type.Optional(
    Type.Boolean({ description: 'Kept, but without effect: no choices are shown while a PC enrols (false)' }),
  ),
  entraId: Type.Optional(
    Type.Object(
      {},
      { description: "Refused: the way to enrol by Entra ID is in the organization's enrolment settings" },
    ),
  ),
  segmentId: Type.Optional(SegmentNumber),
};

export const NewTemplate = Type.Object({ name: Name, rules: Rules, ...optional });
export const TemplateChange = Type.Object({
  name: Type.Optional(Name),
  rules: Type.Optional(Rules),
  ...optional,
});

export const TemplateAnswer = Type.Object({
  id: HexId('Enrolment template'),
  organizationId: HexId('Organization'),
  winEnterpriseId: HexId("Windows enterprise: an organization has one, under the organization's id"),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  rules: Type.Array(
    Type.Object({
      name: Type.Optional(Type.String()),
      displayNamePattern: Type.Optional(Type.String()),
      tags: Type.Array(Type.String()),
      conditions: Type.Array(Type.Required(Condition)),
      winPolicyId: Type.Optional(HexId('Primary policy')),
      winPolicyAssignments: Type.Array(Assignment),
      segmentId: Type.Integer({
        description: 'Segment that PCs get; 0 leaves them in that of their enrolment',
      }),
    }),
  ),
  auxiliaryFields: Type.Array(
    Type.Object({
      ...AuxiliaryField.properties,
      title: Type.Optional(Type.String()),
      description: Type.Optional(Type.String()),
    }),
  ),
  loginProviderTypes: Type.Array(Type.String()),
  allowAutoContinue: Type.Boolean(),
  segmentId: Type.Integer({ description: 'Segment that the template belongs to; 0 is the root' }),
  isDefault: Type.Boolean({ description: 'Whether PCs enrol with it' }),
  createdAt: Timestamp('Creation'),
  updatedAt: Timestamp('Last change'),
});

/** Members that are left out are left out of the change. */
export function contentOf(body: Static<typeof TemplateChange>): Partial<TemplateContent> {
  const { rules, auxiliaryFields, segmentId } = body;
  return {
    ...(body.name !== undefined && { name: body.name }),
    ...(body.description !== undefined && { description: body.description }),
    ...(body.loginProviderTypes && { loginProviderTypes: body.loginProviderTypes }),
    ...(body.allowAutoContinue !== undefined && { allowAutoContinue: body.allowAutoContinue }),
    ...(rules && { rules: rules.map(ruleOf) }),
    ...(auxiliaryFields && {
      auxiliaryFields: auxiliaryFields.map(({ type, key, title = null, description = null, options }) => ({
        type,
        key,
        title,
        description,
        options,
      })),
    }),
    ...(segmentId !== undefined && { segment: Number(segmentId) }),
  };
}

function ruleOf(rule: Static<typeof Rule>): TemplateRule {
  const { winPolicyId, winPolicyAssignments = [], conditions = [] } = rule;
  return {
    name: rule.name ?? null,
    displayNamePattern: rule.displayNamePattern ?? null,
    tags: [...new Set(rule.tags)],
    conditions: conditions.map(({ tags = [], auxiliaryFields = [], patterns = [], identifiers = [] }) => ({
      tags,
      auxiliaryFields: auxiliaryFields.map((fields) => fields.map(({ key, value }) => ({ key, value }))),
      patterns,
      identifiers,
    })),
    primaryPolicyId: winPolicyId == null ? null : idOf(winPolicyId, 'Windows policy'),
    direct: winPolicyAssignments.map((item) => ({
      policyId: idOf(item.winPolicyId, 'Windows policy'),
      priority: item.priority,
    })),
    segment: Number(rule.segmentId ?? 0),
  };
}

export function templateAnswerOf(
  { scope }: ReadContext,
  template: EnrollmentTemplate,
): Static<typeof TemplateAnswer> {
  const { id, name, description, rules, auxiliaryFields, segment, isDefault } = template;
  return {
    id: hex(id),
    organizationId: hex(scope.organization.id),
    winEnterpriseId: hex(scope.organization.id),
    name,
    ...(description !== null && { description }),
    rules: rules.map(ruleAnswerOf),
    auxiliaryFields: auxiliaryFields.map(fieldAnswerOf),
    loginProviderTypes: [...template.loginProviderTypes],
    allowAutoContinue: template.allowAutoContinue,
    segmentId: segment,
    isDefault,
    createdAt: template.createdAt.toISOString(),
    updatedAt: template.updatedAt.toISOString(),
  };
}

function fieldAnswerOf({
  type,
  key,
  title,
  description,
  options,
}: TemplateContent['auxiliaryFields'][number]): Static<typeof TemplateAnswer>['auxiliaryFields'][number] {
  return {
    type,
    key,
    ...(title !== null && { title }),
    ...(description !== null && { description }),
    options: [...options],
  };
}

function ruleAnswerOf(rule: TemplateRule): Static<typeof TemplateAnswer>['rules'][number] {
  const { name, displayNamePattern, primaryPolicyId } = rule;
  return {
    ...(name !== null && { name }),
    ...(displayNamePattern !== null && { displayNamePattern }),
    tags: [...rule.tags],
    conditions: rule.conditions.map(({ tags, auxiliaryFields, patterns, identifiers }) => ({
      tags: tags.map((names) => [...names]),
      auxiliaryFields: auxiliaryFields.map((fields) => [...fields]),
      patterns: [...patterns],
      identifiers: [...identifiers],
    })),
    ...(primaryPolicyId && { winPolicyId: hex(primaryPolicyId) }),
    winPolicyAssignments: rule.direct.map(({ policyId, priority }) => ({
      winPolicyId: hex(policyId),
      priority,
    })),
    segmentId: rule.segment,
  };
}
