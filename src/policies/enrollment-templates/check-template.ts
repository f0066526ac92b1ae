import { requireSegmentOfInput } from '../../devices/index.ts';
import { invalidInput, type Violation } from '../../kernel/fault.ts';
import type { WriteContext } from '../../tenancy/index.ts';
import { wrongPlaceholders } from '../agents/index.ts';
import { requireAssignable } from '../assignments.ts';
import { requireMayAssign } from '../enrollment-policies.ts';
import { windowsPolicies } from '../windows-policy.ts';
import type { TemplateContent, TemplateRule } from './template.ts';

/**
 * Refuses what is wrong in what `changes` names. Rules that were left without a policy, because it was deleted by force, stay right until
 * they are said anew. Faults: `forbidden`, `featureNotInPlan`, `invalidInput`.
 */
export async function refuseWrong(
  context: WriteContext,
  { rules, auxiliaryFields, segment }: TemplateContent,
  changes: Partial<TemplateContent>,
): Promise<void> {
  const violations = [
    ...violationsOfFields(auxiliaryFields),
    ...violationsOfConditions(rules, auxiliaryFields),
  ];
  if (changes.rules) violations.push(...violationsOfRules(rules));
  if (violations.length > 0) throw invalidInput(violations);
  if (changes.segment !== undefined) await requireSegmentOfInput(context, segment);
  if (changes.rules) await requireReferences(context, rules);
}

function violationsOfFields(fields: TemplateContent['auxiliaryFields']): Violation[] {
  const keys = fields.map(({ key }) => key);
  return keys.flatMap((key, index) => {
    const earlier = keys.indexOf(key);
    const message = `'${key}' is the key of auxiliaryFields[${earlier}] already`;
    return earlier < index ? [{ path: `auxiliaryFields[${index}].key`, message }] : [];
  });
}

function violationsOfConditions(
  rules: readonly TemplateRule[],
  fields: TemplateContent['auxiliaryFields'],
): Violation[] {
  const options = new Map(fields.map((field) => [field.key, field.options]));
  return rules.flatMap(({ conditions }, rule) =>
    conditions.flatMap(({ auxiliaryFields }, condition) =>
      auxiliaryFields.flatMap((group, alternative) =>
        group.flatMap(({ key, value }, index) => {
          const path = `rules[${rule}].conditions[${condition}].auxiliaryFields[${alternative}][${index}]`;
          const allowed = options.get(key);
          if (!allowed) {
            return [{ path: `${path}.key`, message: `'${key}' is not the key of an auxiliary field` }];
          }
          if (allowed.includes(value)) return [];
          const message = `'${value}' is not one of the options of '${key}': ${allowed.join(', ')}`;
          return [{ path: `${path}.value`, message }];
        }),
      ),
    ),
  );
}

function violationsOfRules(rules: readonly TemplateRule[]): Violation[] {
  const givesPolicy = rules.some(({ primaryPolicyId, direct }) => primaryPolicyId ?? direct.length > 0);
  return [
    ...(givesPolicy ? [] : [{ path: 'rules', message: 'need at least one rule with a policy' }]),
    ...rules.flatMap(({ displayNamePattern }, index) => {
      const message = displayNamePattern === null ? undefined : wrongPlaceholders(displayNamePattern);
      return message === undefined ? [] : [{ path: `rules[${index}].displayNamePattern`, message }];
    }),
  ];
}

async function requireReferences(context: WriteContext, rules: readonly TemplateRule[]): Promise<void> {
  requireMayAssign(context.scope, 'windows');
  for (const [index, { primaryPolicyId, direct, segment }] of rules.entries()) {
    const path = `rules[${index}]`;
    await requireAssignable(context, windowsPolicies, {
      primary: primaryPolicyId && { id: primaryPolicyId, path: `${path}.winPolicyId` },
      direct: direct.map(({ policyId, priority }, at) => ({
        policy: { id: policyId, path: `${path}.winPolicyAssignments[${at}].winPolicyId` },
        priority,
      })),
    });
    await requireSegmentOfInput(context, segment, `${path}.segmentId`);
  }
}
