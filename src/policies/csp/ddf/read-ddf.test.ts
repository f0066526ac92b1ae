import { expect, test } from 'vitest';
import { ddfEnum, ddfNode, ddfOf, ddfValue } from '../fixtures/ddf.ts';
import type { CspNode } from '../node.ts';
import { readDdf } from './read-ddf.ts';

const read = (...nodes: string[]) => readDdf(Buffer.from(ddfOf(...nodes)));
const path = './Device/Vendor/MSFT';

/** What is read of one node with these properties. */
function facts(properties: string, node: Partial<Parameters<typeof ddfNode>[0]> = {}): CspNode {
  return read(ddfNode({ name: 'Node', path, properties, ...node }))[0]!;
}

test('a file as Microsoft writes them is read, both of its trees', () => {
  const tree = (root: string) =>
    ddfNode({
      name: 'DeviceLock',
      path: `${root}/Vendor/MSFT/Policy/Config`,
      nodes: [ddfNode({ name: 'MinDevicePasswordLength ', properties: '<DefaultValue>4</DefaultValue>' })],
    });
  const access = ['Add', 'Delete', 'Get', 'Replace'];
  expect(read(tree('./Device'), tree('./User'))).toEqual(
    ['./Device', './User'].flatMap((root) => [
      { path: `${root}/Vendor/MSFT/Policy/Config/DeviceLock`, format: 'node', access },
      {
        path: `${root}/Vendor/MSFT/Policy/Config/DeviceLock/MinDevicePasswordLength`,
        format: 'int',
        access,
        default: '4',
      },
    ]),
  );
});

test.each([
  ['./Vendor/MSFT', 'Firewall', './Device/Vendor/MSFT/Firewall'],
  ['./Vendor/MSFT/', 'DeclaredConfiguration', './Device/Vendor/MSFT/DeclaredConfiguration'],
  ['.', 'DevDetail', './DevDetail'],
  ['./SyncML', 'DMAcc', './SyncML/DMAcc'],
])('the path %j of a root', (root, name, expected) => {
  expect(read(ddfNode({ name, path: root }))[0]!.path).toBe(expected);
});

test('a name that is empty is free, whatever its title is', () => {
  const named = (title: string, naming: string) =>
    facts(`<DFTitle>${title}</DFTitle><MSFT:DynamicNodeNaming><MSFT:${naming} /></MSFT:DynamicNodeNaming>`, {
      name: '',
    });
  expect(named('ProfileName', 'UniqueName')).toMatchObject({
    path: `${path}/{ProfileName}`,
    named: 'byServer',
  });
  expect(named('Enterprise ID', 'ServerGeneratedUniqueIdentifier')).toMatchObject({ named: 'byServer' });
  expect(named('a/b {c}', 'ClientInventory')).toMatchObject({ path: `${path}/{a b  c }`, named: 'byDevice' });
  expect(facts('', { name: '' }).path).toBe(`${path}/{Name}`);
  expect(
    facts('<MSFT:DynamicNodeNaming><MSFT:UniqueName>x</MSFT:UniqueName></MSFT:DynamicNodeNaming>'),
  ).not.toHaveProperty('named');
});

test('the order of the properties means nothing, and what is not known is skipped', () => {
  const properties = [
    '<AccessType><Get/><Replace/><Fly/></AccessType>',
    '<DFFormat><bool/></DFFormat>',
    '<DefaultValue>False</DefaultValue>',
    '<MSFT:ConflictResolution>HighestValueMostSecure</MSFT:ConflictResolution>',
    '<MSFT:AtomicRequired/>',
    '<MSFT:RebootBehavior>ServerInitiated</MSFT:RebootBehavior>',
    '<MSFT:Deprecated OsBuildDeprecated="10.0.19041"/>',
    '<MSFT:Applicability><MSFT:OsBuildVersion>10.0.22000, 10.0.19043.1202</MSFT:OsBuildVersion><MSFT:CspVersion>1.0</MSFT:CspVersion><MSFT:EditionAllowList>0x4;0x30;0x88*;</MSFT:EditionAllowList></MSFT:Applicability>',
    '<MSFT:GpMapping GpEnglishName="Turn it off" GpAreaPath="A~B"/>',
    '<MSFT:DependencyBehavior><MSFT:DependencyGroup FriendlyId="x"/></MSFT:DependencyBehavior>',
    '<Invented>by a newer version</Invented>',
    '<CaseSense><CIS/></CaseSense>',
  ];
  for (const ordered of [properties, properties.toReversed()]) {
    expect(facts('', { all: ordered.join('') })).toEqual({
      path: `${path}/Node`,
      format: 'bool',
      access: ['Get', 'Replace'],
      title: 'Turn it off',
      default: 'False',
      combine: 'larger',
      atomic: true,
      reboot: 'serverInitiated',
      deprecated: true,
      builds: ['10.0.22000', '10.0.19043.1202'],
      editions: [4, 48, 136],
    });
  }
});

test('a group policy that is called by no words gives no title', () => {
  expect(facts('<MSFT:GpMapping GpEnglishName="AllowGraphingCalculator" />')).not.toHaveProperty('title');
});

test('a node that says nothing about builds and editions has those of the node that holds it', () => {
  const applicability = (content: string) => `<MSFT:Applicability>${content}</MSFT:Applicability>`;
  const nodes = read(
    ddfNode({
      name: 'Outer',
      path,
      properties: applicability(
        '<MSFT:OsBuildVersion>10.0.17763</MSFT:OsBuildVersion><MSFT:EditionAllowList>0x4;</MSFT:EditionAllowList>',
      ),
      nodes: [
        ddfNode({ name: 'Same' }),
        ddfNode({
          name: 'Newer',
          properties: applicability('<MSFT:OsBuildVersion>10.0.22621</MSFT:OsBuildVersion>'),
        }),
      ],
    }),
  );
  expect(nodes.map(({ builds, editions }) => [builds, editions])).toEqual([
    [['10.0.17763'], [4]],
    [['10.0.17763'], [4]],
    [['10.0.22621'], [4]],
  ]);
});

test.each<[string, Partial<CspNode>]>([
  [
    ddfEnum({ 0: 'Not allowed. A long text about that.', 1: 'Allowed.' }),
    { allowed: { kind: 'enum', values: { 0: 'Not allowed', 1: 'Allowed' } } },
  ],
  [
    ddfEnum({ a: '', b: '' }, 'ENUM', '<MSFT:List Delimiter="," />'),
    { allowed: { kind: 'enum', values: { a: '', b: '' } }, delimiter: ',' },
  ],
  [
    ddfEnum({ '0x1': 'One', 2: 'Two' }, 'Flag'),
    { allowed: { kind: 'flags', values: { '0x1': 'One', 2: 'Two' } } },
  ],
  [
    ddfValue('Range', '<MSFT:Value>[0-1440]</MSFT:Value>'),
    { allowed: { kind: 'range', from: 0, to: 1_440 } },
  ],
  [
    ddfValue('Range', '<MSFT:Value>[(-1)-4294967295]</MSFT:Value>'),
    { allowed: { kind: 'range', from: -1, to: 4_294_967_295 } },
  ],
  [
    ddfValue('Range', '<MSFT:Value>[0,4320]</MSFT:Value>'),
    { allowed: { kind: 'range', from: 0, to: 4_320 } },
  ],
  [ddfValue('Range', '<MSFT:Value>from 1 to 2</MSFT:Value>'), {}],
  [ddfValue('Range', ''), {}],
  [
    ddfValue('RegEx', '<MSFT:Value>^(?i)[a-f]$</MSFT:Value><MSFT:List Delimiter="0xF000" />'),
    { allowed: { kind: 'pattern', pattern: '^(?i)[a-f]$' }, delimiter: '\uf000' },
  ],
  [ddfValue('None', '<MSFT:List Delimiter="\\xF000" />'), { delimiter: '\uf000' }],
  [
    ddfValue('ADMX', '<MSFT:AdmxBacked Area="A~AT~B" Name="TurnOff" File="a.admx" />'),
    { allowed: { kind: 'admx', policy: 'TurnOff' } },
  ],
  [ddfValue('XSD', '<MSFT:Value><![CDATA[<xs:schema/>]]></MSFT:Value>'), {}],
  [ddfValue('JSON', '<MSFT:Value>{}</MSFT:Value>'), {}],
  [ddfValue('SDDL', ''), {}],
  [ddfValue('ENUM', ''), {}],
  [ddfValue('Invented', '<MSFT:Value>1</MSFT:Value>'), {}],
])('%s', (properties, expected) => {
  const { path: _, format: __, access: ___, ...rest } = facts(properties, { format: 'chr' });
  expect(rest).toEqual(expected);
});

test('a list is no list for what holds nodes or bytes', () => {
  for (const format of ['node', 'b64', 'xml', 'null']) {
    expect(facts(ddfValue('RegEx', '<MSFT:Value>^a$</MSFT:Value>'), { format })).not.toHaveProperty(
      'allowed',
    );
  }
});

test('another prefix for the namespace will do', () => {
  const text = ddfOf(ddfNode({ name: 'Node', path, properties: '<MSFT:Deprecated />' }));
  const [node] = readDdf(Buffer.from(text.replaceAll('MSFT:', 'ms:').replace('xmlns:MSFT', 'xmlns:ms')));
  expect(node).toMatchObject({ deprecated: true });
});

test.each([
  ['<Other/>', 'It is no DDF file: its root is <Other> and not <MgmtTree>.'],
  ['', 'must contain a root element'],
  [ddfOf('<Node><NodeName>A</NodeName>'), 'The XML is wrong at line'],
  [ddfOf(ddfNode({ name: 'a/b', path })), 'a name with a slash in it'],
  [ddfOf(ddfNode({ name: 'a', path: '/etc' })), 'a path that does not begin with a dot'],
  ['<!DOCTYPE MgmtTree [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><MgmtTree>&b;</MgmtTree>', 'DOCTYPE'],
  [ddfOf('<Node>'.repeat(200)), 'nested more than 100 levels deep'],
])('%j is refused', (text, message) => {
  expect(() => readDdf(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'malformedBody' }));
  expect(() => readDdf(Buffer.from(text))).toThrow(message);
});

test('a file without nodes has none', () => {
  expect(read()).toEqual([]);
});
