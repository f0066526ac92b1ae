import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { formatModel, generateModel } from './generate-graph-model.ts';
import { factsOf } from './graph-typings/documentation.ts';
import { readTypings } from './graph-typings/read.ts';

test.each(['v1.0', 'beta'] as const)('the committed %s model is what the generator makes', (version) => {
  const file = new URL(`../src/api/graph/model/${version}.json`, import.meta.url);
  expect(readFileSync(file, 'utf8')).toBe(formatModel(generateModel(version)));
});

test.each([
  ['Number of sets. Valid values 0 to 4', 'Edm.Int32', { min: 0, max: 4 }],
  ['A list. This collection can contain a maximum of 10000 elements.', 'x', { maxItems: 10000 }],
  ['Certificate serial number. This property is read-only.', 'Edm.String', { readOnly: true }],
  ['The SMTP address. Returned by default. Read-only. Supports $filter', 'Edm.String', { readOnly: true }],
  ['Whether the team is in read-only mode.To read it, use team.', 'Edm.Boolean', {}],
  ['Allowed or not. Default is false.', 'Edm.Boolean', { default: false }],
  ['Subscribed. The default value is TRUE. Returned only on $select.', 'Edm.Boolean', { default: true }],
  ['The state. Default value is false.', 'microsoft.graph.x', {}],
  ['The name. Maximum length is 256 characters.', 'Edm.String', { maxLength: 256 }],
])('the facts of %j', (documentation, type, facts) => {
  expect(factsOf(documentation, type)).toEqual(facts);
});

test('interfaces, enums and comments are read from typings', () => {
  const typings = readTypings(`
    export type NullableOption<T> = T | null;
    export type AppListType = "none" | "some";
    export interface Entity { id?: string; }
    // Of the interface.
    export interface Thing extends Entity {
      // First line.
      name?: string;
      plain?: NullableOption<number[]>;
      /**
       * Several
       * lines.
       */
      kind?: AppListType;
      // Not yet documented
      other?: boolean;
    }
    export namespace CallRecords { interface Thing { nothing?: string; } }`);
  expect(typings.enums.get('appListType')).toEqual(['none', 'some']);
  expect(typings.interfaces.get('thing')).toEqual({
    base: 'entity',
    properties: [
      { name: 'name', type: 'string', collection: false, nullable: false, documentation: 'First line.' },
      { name: 'plain', type: 'number', collection: true, nullable: true, documentation: '' },
      {
        name: 'kind',
        type: 'appListType',
        collection: false,
        nullable: false,
        documentation: 'Several lines.',
      },
      { name: 'other', type: 'boolean', collection: false, nullable: false, documentation: '' },
    ],
  });
});

test('typings that do not parse are refused', () => {
  expect(() => readTypings('export interface {')).toThrow('The typings do not parse');
});
