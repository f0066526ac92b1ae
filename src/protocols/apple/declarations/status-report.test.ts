import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fault } from '../../../kernel/fault.ts';
import { readStatusReport } from './status-report.ts';

const read = (report: unknown) => readStatusReport(Buffer.from(JSON.stringify(report)));

const declaration = { identifier: 'a', 'server-token': 't', active: true, valid: 'valid' };

test('a full report of a Mac', () => {
  const report = read({
    StatusItems: {
      device: { 'operating-system': { version: '14.5', family: 'macOS' }, model: { family: 'Mac' } },
      softwareupdate: { 'install-state': 'none', 'failure-reason': { count: 0 } },
      mdm: { app: [{ identifier: 'com.example' }] },
      management: {
        'push-token': null,
        declarations: {
          activations: [declaration],
          configurations: [
            {
              identifier: 'c',
              'server-token': 'u',
              active: false,
              valid: 'invalid',
              reasons: [
                { code: 'Error.UnknownPayloadKeys', details: { UnknownPayloadKeys: ['A', 'B.C'] } },
                { code: 'Info.NotReferencedByActivation', description: 'Nobody wants it.' },
              ],
            },
          ],
          assets: [],
          management: [],
        },
        'client-capabilities': {
          'supported-versions': ['1.0.0'],
          'supported-features': {},
          'supported-payloads': {
            declarations: { activations: ['com.apple.activation.simple'], configurations: ['x', 'y'] },
            'status-items': ['device.model.family'],
          },
        },
      },
    },
    Errors: [{ StatusItem: 'no.such', Reasons: [{ Code: 'Error.Odd', Description: 'Hm.' }] }],
    FullReport: true,
    Later: 1,
  });
  expect(report).toMatchObject({
    fullReport: true,
    declarations: [
      { kind: 'activation', identifier: 'a', serverToken: 't', active: true, valid: 'valid', reasons: [] },
      {
        kind: 'configuration',
        identifier: 'c',
        serverToken: 'u',
        active: false,
        valid: 'invalid',
        reasons: [
          { code: 'Error.UnknownPayloadKeys', text: 'The device does not know some of its keys: A, B.C.' },
          {
            code: 'Info.NotReferencedByActivation',
            description: 'Nobody wants it.',
            text: 'No activation refers to it, so it is not in effect. The device says: Nobody wants it.',
          },
        ],
      },
    ],
    clientCapabilities: {
      activations: ['com.apple.activation.simple'],
      configurations: ['x', 'y'],
      assets: [],
      management: [],
      statusItems: ['device.model.family'],
    },
    errors: [
      {
        item: 'no.such',
        reasons: [
          {
            code: 'Error.Odd',
            text: "The device says 'Error.Odd', which this version of the server does not know. The device says: Hm.",
          },
        ],
      },
    ],
  });
  expect([...report.items]).toEqual([
    ['device.operating-system.version', '14.5'],
    ['device.operating-system.family', 'macOS'],
    ['device.model.family', 'Mac'],
    ['softwareupdate.install-state', 'none'],
    ['softwareupdate.failure-reason.count', 0],
    ['mdm.app', [{ identifier: 'com.example' }]],
  ]);
});

test.each<[string, unknown]>([
  ['nothing', {}],
  ['nulls', { StatusItems: null, Errors: null, FullReport: null }],
  ['no management', { StatusItems: {}, Errors: [] }],
  ['no declarations', { StatusItems: { management: { declarations: null } } }],
])('what is absent is not said: %s', (_name, report) => {
  expect(read(report)).toEqual({
    fullReport: false,
    declarations: undefined,
    clientCapabilities: undefined,
    items: new Map(),
    errors: [],
  });
});

test('a declaration of which little is said, and reasons as one text', () => {
  const report = read({
    StatusItems: {
      management: {
        declarations: {
          activations: [
            {
              identifier: 'a',
              valid: 'perhaps',
              reasons: [
                {
                  code: 'Error.MissingConfigurations',
                  description: null,
                  details: { ConfigurationIdentifiers: 'b, c', Other: 1 },
                },
              ],
            },
          ],
        },
      },
    },
  });
  expect(report.declarations).toEqual([
    {
      kind: 'activation',
      identifier: 'a',
      serverToken: undefined,
      active: false,
      valid: 'unknown',
      reasons: [
        {
          code: 'Error.MissingConfigurations',
          description: undefined,
          details: { ConfigurationIdentifiers: 'b, c', Other: 1 },
          text: 'It refers to configurations that the device does not have: b, c.',
        },
      ],
    },
  ]);
});

test.each<[string, string | Buffer, string]>([
  ['no JSON', '{', 'not valid JSON'],
  ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'not UTF-8'],
  ['a list', '[]', 'body: must be object'],
  ['items that are a list', '{"StatusItems":[]}', 'StatusItems: must be object'],
  ['a key twice', '{"Errors":[],"Errors":[]}', "'Errors' appears twice"],
  ['half of a character', '{"StatusItems":{"a":"\\ud800"}}', 'surrogate'],
  [
    'an identifier that is none',
    '{"StatusItems":{"management":{"declarations":{"assets":[{"identifier":1}]}}}}',
    'StatusItems.management.declarations.assets[0].identifier: must be string',
  ],
])('nonsense is refused: %s', (_name, body, message) => {
  expect(() => readStatusReport(Buffer.from(body as string))).toThrow(
    expect.objectContaining({ code: 'malformedBody', message: expect.stringContaining(message) }),
  );
});

test('whatever is sent, it is a report or a refusal', () => {
  const names = fc.constantFrom('StatusItems', 'management', 'declarations', 'activations', 'Errors', 'x');
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6 },
      fc.jsonValue({ maxDepth: 0 }),
      fc.array(tie('tree'), { maxLength: 2 }),
      fc.dictionary(names, tie('tree'), { maxKeys: 3, noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(tree, (body) => {
      try {
        expect(read({ StatusItems: body }).errors).toEqual([]);
      } catch (error) {
        expect(error).toBeInstanceOf(Fault);
        expect((error as Fault).code).toBe('malformedBody');
      }
    }),
    { numRuns: 2000 },
  );
});
