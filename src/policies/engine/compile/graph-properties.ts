import type { Json, JsonObject } from '../../../kernel/json.ts';
import type { NotApplicable, NotApplicableReason, Setting } from '../setting.ts';
import type { Compiled, CompileContext } from './kind.ts';

/** Why a property, or one item of it, is not delivered. `at` is the item's place behind the property, such as `[2]`. */
interface Undelivered {
  readonly reason: NotApplicableReason;
  readonly message: string;
  readonly at?: string;
  /** The item's value, where it is not the whole property's. */
  readonly value?: Json;
}

/** What a property's value comes to; none when the value says nothing, as `false` does. */
export type Outcome = Setting | Undelivered;

/** How one property of a Graph type becomes settings. It is not asked about null and empty lists: they say nothing. */
export type Property = (value: Json, document: JsonObject, context: CompileContext) => readonly Outcome[];

export type Properties = Readonly<Record<string, Property>>;

export function undelivered(reason: NotApplicableReason, message: string): Undelivered {
  return { reason, message };
}

/** The outcome of one item of a property. `place` stands behind the property's name, such as `[2]`. */
export function ofItem(outcome: Outcome, place: string, item: Json): Outcome {
  if ('key' in outcome) return outcome;
  const { reason, message, at = '', value = item } = outcome;
  return { reason, message, at: place + at, value };
}

/** A property that is never delivered, whatever it says. */
export function never(reason: NotApplicableReason, message: string): Property {
  return (value) => (value === false || value === 'none' ? [] : [undelivered(reason, message)]);
}

/** A property that counts only while another one is true. What it says meanwhile is named. */
export function onlyWhile(other: string, property: Property): Property {
  return (value, document, context) => {
    const outcomes = property(value, document, context);
    if (outcomes.length === 0 || document[other] === true) return outcomes;
    return [undelivered('switchedOff', `It counts only while '${other}' is true.`)];
  };
}

const aboutThePolicy: Property = () => [];
const applicabilityRule = never(
  'notEvaluated',
  'Applicability rules are not looked at: the policy reaches every device that it is assigned to.',
);

/** What every device configuration has. */
const baseProperties: Properties = {
  id: aboutThePolicy,
  displayName: aboutThePolicy,
  description: aboutThePolicy,
  version: aboutThePolicy,
  createdDateTime: aboutThePolicy,
  lastModifiedDateTime: aboutThePolicy,
  roleScopeTagIds: aboutThePolicy,
  supportsScopeTags: aboutThePolicy,
  deviceManagementApplicabilityRuleOsEdition: applicabilityRule,
  deviceManagementApplicabilityRuleOsVersion: applicabilityRule,
  deviceManagementApplicabilityRuleDeviceMode: applicabilityRule,
};

/** Compiles a document property by property, in the order of the definitions. A property without a definition is named. */
export function compileProperties(
  definitions: Properties,
  document: JsonObject,
  context: CompileContext,
): Compiled {
  const known = { ...definitions, ...baseProperties };
  const unknown = Object.keys(document)
    .filter((name) => !Object.hasOwn(known, name) && !name.includes('@'))
    .sort();
  const settings: Setting[] = [];
  const notApplicable: NotApplicable[] = [];
  for (const name of [...Object.keys(known), ...unknown]) {
    const value = document[name];
    if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) continue;
    const property = Object.hasOwn(known, name) ? known[name]! : unknownProperty;
    for (const outcome of property(value, document, context)) {
      if ('key' in outcome) settings.push(outcome);
      else {
        const { reason, message, at = '' } = outcome;
        notApplicable.push({ property: name + at, value: outcome.value ?? value, reason, message });
      }
    }
  }
  return { settings, notApplicable };
}

const unknownProperty: Property = () => [undelivered('unknown', 'This version does not know the property.')];
