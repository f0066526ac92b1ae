import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTypings, type Typings } from '../../../../scripts/graph-typings/read.ts';
import { models, typeOf } from '../../../api/graph/model/model.ts';
import type { Json, JsonObject } from '../../../kernel/json.ts';
import { deviceConfigurations } from '../../device-configurations.ts';
import { emptyWindowsPolicy, windowsPolicies } from '../../windows-policy.ts';
import { requirementOf } from '../apple/keys.ts';
import { idOf } from '../fixtures/policies.ts';
import type { Compiled } from './kind.ts';
import { compiledKinds, compilePolicy } from './kinds.ts';

const packages = {
  'v1.0': '@microsoft/microsoft-graph-types',
  beta: '@microsoft/microsoft-graph-types-beta',
};

function typingsOf(name: string): Typings {
  return readTypings(
    readFileSync(createRequire(import.meta.url).resolve(`${name}/microsoft-graph.d.ts`), 'utf8'),
  );
}

/** Members of enums that mean "not set". */
const saysNothing = new Set(['none', 'notConfigured', 'deviceDefault', 'browserDefault', 'allAllowed']);

/** Values of a Graph type that say something. Texts are Base64 too, for properties that hold bytes. */
function samplesOf(typings: Typings, type: string): Json[] {
  if (type === 'boolean') return [true];
  if (type === 'number') return [5];
  if (type === 'string') return ['dGV4dA=='];
  const members = typings.enums.get(type);
  if (members) return members.filter((member) => !saysNothing.has(member));
  const properties = typings.interfaces.get(type)?.properties ?? [];
  return [
    Object.fromEntries(
      properties.map(({ name, type, collection }) => {
        const [sample = null] = samplesOf(typings, type);
        return [name, collection ? [sample] : sample];
      }),
    ),
  ];
}

/** With these, every property of a kind counts. */
const companions: Readonly<Record<string, JsonObject>> = {
  macOSGeneralDeviceConfiguration: { passwordRequired: true, passwordMaximumAttemptCount: 4 },
  iosGeneralDeviceConfiguration: {
    passcodeRequired: true,
    kioskModeBuiltInAppId: 'com.apple.mobilesafari',
    appsVisibilityList: [{ name: 'A', appId: 'a' }],
    appsVisibilityListType: 'appsInListCompliant',
  },
  macOSCustomConfiguration: { payload: 'AAAA' },
  iosCustomConfiguration: { payload: 'AAAA' },
};

function compiled(kind: string, document: JsonObject) {
  const { settings, notApplicable } = compilePolicy({ id: idOf(1), kind, name: 'P', version: 1, document });
  return { settings, notApplicable };
}

/** Names that items of lists have, so that random items are near to right ones. */
const memberNames = [
  'appId',
  'omaUri',
  '@odata.type',
  'value',
  'identifier',
  'managedApps',
  'id',
  'url',
  'movieRating',
];

function propertyNames(kind: string): string[] {
  const { properties } = typingsOf(packages.beta).interfaces.get(kind) ?? { properties: [] };
  return kind === 'winPolicy' ? Object.keys(emptyWindowsPolicy) : properties.map(({ name }) => name);
}

function isUnknown({ notApplicable }: Pick<Compiled, 'notApplicable'>, name: string): boolean {
  return notApplicable.some(({ property, reason }) => property === name && reason === 'unknown');
}

function without(document: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(document).filter(([other]) => other !== name));
}

const graphKinds = compiledKinds.filter(({ kind }) => kind.endsWith('Configuration'));

describe.each(Object.entries(packages))('%s', (_version, name) => {
  const typings = typingsOf(name);
  test.each(graphKinds)('$kind: every property is compiled or named', ({ kind, systems }) => {
    const { properties } = typings.interfaces.get(kind)!;
    expect(properties.length).toBeGreaterThan(0);
    for (const { name, type, collection } of properties) {
      const samples = samplesOf(typings, type);
      expect(samples, name).not.toEqual([]);
      for (const sample of samples) {
        const value = collection ? [sample] : sample;
        const said = `${name} ${JSON.stringify(value)}`;
        const alone = compiled(kind, { [name]: value });
        expect(alone.settings.length + alone.notApplicable.length, said).toBeGreaterThan(0);
        expect(isUnknown(alone, name), said).toBe(
          sample === 'unknownFutureValue' && kind.startsWith('macOSGeneral'),
        );

        const others = without(companions[kind] ?? {}, name);
        const together = compiled(kind, { ...others, [name]: value });
        // v1.0 has no such type, and a document without it means this one.
        if (said !== 'kioskModeAppType "builtInApp"')
          expect(together, said).not.toEqual(compiled(kind, others));
        for (const { key } of together.settings)
          expect(requirementOf(systems[0]!, key), key).not.toBe('notThere');
      }
    }
  });
});

describe.each(compiledKinds)('$kind', ({ kind }) => {
  const names = propertyNames(kind);
  const anything = fc.oneof(
    fc.constantFrom('constructor', '', 0),
    fc.jsonValue(),
    fc.array(fc.dictionary(fc.constantFrom(...memberNames), fc.jsonValue())),
  );

  test('compiles or names whatever the document holds, and never throws', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names, 'constructor', 'toString'),
        anything,
        fc.boolean(),
        (name, value, isAlone) => {
          const { settings, notApplicable } = compiled(kind, {
            ...(isAlone ? {} : companions[kind]),
            [name]: value as Json,
          });
          expect(new Set(settings.map(({ key }) => key)).size).toBe(settings.length);
          for (const { message } of notApplicable) expect(message).toMatch(/\.$/);
        },
      ),
    );
  });
});

describe.each(deviceConfigurations.kinds)('the API takes policies of the kind %s', (kind) => {
  test.each(Object.values(models))(
    "and its model's properties are known, the base type's too ($version)",
    (model) => {
      const properties = [...typeOf(model, `microsoft.graph.${kind}`).properties.values()];
      expect(properties.length).toBeGreaterThan(5);
      for (const { name, navigation } of properties) {
        if (!navigation) expect(isUnknown(compiled(kind, { [name]: true }), name), name).toBe(false);
      }
    },
  );
});

test('every kind of policy that can be compiled can be written, and the other way round', () => {
  const written = [...deviceConfigurations.kinds, ...windowsPolicies.kinds];
  expect(compiledKinds.map(({ kind }) => kind).toSorted()).toEqual(written.toSorted());
});
