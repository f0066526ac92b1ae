import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';
import { expect, test } from 'vitest';

/**
 * Who may import whom, from the edge to the floor: a folder may import those that come later, and nothing on its own line but itself.
 * `kernel` may be imported file by file; of every other folder only its `index.ts`.
 */
const layers: readonly (readonly string[])[] = [
  ['main.ts'],
  ['commands'],
  ['app.ts', 'demo', 'tls'],
  ['permission-names.ts', 'api-requests.ts'],
  ['config.ts', 'metrics.ts'],
  [
    'api/oauth',
    'api/graph',
    'api/applivery',
    'api/native',
    'protocols/apple',
    'protocols/windows',
    'protocols/agent',
    'connectors/apns',
  ],
  ['http'],
  ['compliance'],
  ['policies'],
  ['devices'],
  ['directory'],
  ['tenancy'],
  ['jobs'],
  ['database/embedded'],
  // What runs on devices has nothing of the server but its floor.
  ['database', 'agent'],
  ['cms'],
  ['kernel'],
];

/** Folders inside a folder that have an index of their own. */
const slices = [
  'devices/agents',
  'devices/push-certificate',
  'devices/audiences',
  'devices/enrollments',
  'devices/certificate-authority',
  'devices/apple-channels',
  'devices/commands',
  'devices/dm-accounts',
  'devices/events',
  'devices/inventory',
  'devices/management',
  'devices/retention',
  'devices/search',
  'policies/csp',
  'policies/agents',
  'policies/policy-status',
];

/** Packages that only these places may import. */
const confined: Readonly<Record<string, RegExp>> = {
  kysely: /^database\//,
  pg: /^database\//,
  'graphile-worker': /^jobs\//,
  fastify: /^app\.ts$|^http\/|(^|\/)routes\.ts$/,
  '@fastify/multipart': /^http\//,
  saxes: /^kernel\/xml\//,
  yauzl: /^policies\/csp\/ddf\//,
  re2js: /^policies\/csp\//,
  commander: /^(main\.ts$|commands\/)/,
};

/** `kernel` and every `wire` folder are pure: no clock, randomness, network or files. */
const pure = /^kernel\/|\/wire\//;
const impure = /^node:(fs|net|http|https|tls|dgram|child_process|crypto|timers|os|process)/;

const root = resolve(import.meta.dirname, '../src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({
    path: file,
    isTest: file.endsWith('.test.ts'),
    text: readFileSync(join(root, file), 'utf8'),
  }));

/** The only ways out of `src`, taken when they are asked for: the server runs without the tests. */
const simulations = [
  'commands/simulate-apple.ts loads ../../test/simulated-devices/apple/index.ts',
  'commands/simulate-windows.ts loads ../../test/simulated-devices/windows/index.ts',
];

interface Import {
  readonly from: string;
  readonly isTest: boolean;
  readonly isDynamic: boolean;
  readonly specifier: string;
  /** Path below `src` when the import is relative and stays inside. */
  readonly to: string | undefined;
}

/** What a module imports, and what it loads only when it runs. */
function specifiersOf(
  path: string,
  text: string,
): { readonly specifier: string; readonly isDynamic: boolean }[] {
  const { module } = parseSync(path, text);
  const named = [
    ...module.staticImports.map((item) => item.moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap((entry) => (entry.moduleRequest ? [entry.moduleRequest.value] : [])),
    ),
  ];
  const loaded = module.dynamicImports.map((item) =>
    text.slice(item.moduleRequest.start + 1, item.moduleRequest.end - 1),
  );
  return [
    ...named.map((specifier) => ({ specifier, isDynamic: false })),
    ...loaded.map((specifier) => ({ specifier, isDynamic: true })),
  ];
}

const imports: Import[] = files.flatMap(({ path, isTest, text }) =>
  specifiersOf(path, text).map(({ specifier, isDynamic }) => {
    const target = specifier.startsWith('.')
      ? relative(root, resolve(root, dirname(path), specifier))
      : undefined;
    const to = target?.startsWith('..') ? undefined : target;
    return { from: path, isTest, isDynamic, specifier, to };
  }),
);

function layerOf(file: string): { folder: string; level: number } | undefined {
  const path = file.replace(/\.test\.ts$/, '.ts');
  for (const [level, folders] of layers.entries()) {
    for (const folder of folders) {
      if (path === folder || path.startsWith(`${folder}/`)) return { folder, level };
    }
  }
  return undefined;
}

function violations(check: (item: Import) => boolean): string[] {
  return imports.filter(check).map((item) => `${item.from} imports ${item.specifier}`);
}

test('the check saw the code', () => {
  expect(files.length).toBeGreaterThan(60);
  expect(imports.filter((item) => item.to !== undefined).length).toBeGreaterThan(150);
  expect(imports.some((item) => item.specifier === 'kysely')).toBe(true);
  expect(imports.some((item) => item.specifier === 'fastify')).toBe(true);
});

test('every file has its place in the table of layers', () => {
  expect(files.filter(({ path }) => !layerOf(path)).map(({ path }) => path)).toEqual([]);
});

test('imports go only to the right, and never to a sibling', () => {
  expect(
    violations(({ from, to, isTest }) => {
      if (isTest) return false;
      const source = layerOf(from);
      const target = to === undefined ? undefined : layerOf(to);
      return !!source && !!target && source.folder !== target.folder && target.level <= source.level;
    }),
  ).toEqual([]);
});

test("across folders only a folder's index is imported", () => {
  const foldersWithIndex = [...layers.flat().filter((folder) => !folder.endsWith('.ts')), ...slices];
  expect(
    violations(({ from, to, isTest }) => {
      if (to === undefined || isTest || to.startsWith('kernel/')) return false;
      const own = (path: string) =>
        foldersWithIndex
          .filter((folder) => path.startsWith(`${folder}/`))
          .sort((a, b) => b.length - a.length)[0];
      const target = own(to);
      if (target === undefined || target === 'commands' || from.startsWith(`${target}/`)) return false;
      return to !== `${target}/index.ts`;
    }),
  ).toEqual([]);
});

test('database drivers, the HTTP server and the command line are kept to their places', () => {
  expect(
    violations(({ from, specifier, isTest }) => {
      const places = confined[specifier];
      return !isTest && places !== undefined && !places.test(from);
    }),
  ).toEqual([]);
});

test('the kernel and the wire codecs are pure', () => {
  expect(
    violations(({ from, specifier, isTest }) => !isTest && pure.test(from) && impure.test(specifier)),
  ).toEqual([]);
  const callers = files.filter(
    ({ path, text, isTest }) =>
      !isTest &&
      pure.test(path) &&
      path !== 'kernel/clock.ts' &&
      /Date\.now\(|new Date\(\)|Math\.random\(|fetch\(/.test(text),
  );
  expect(callers.map(({ path }) => path)).toEqual([]);
});

test('only config.ts reads the environment', () => {
  const readers = files.filter(
    ({ path, text, isTest }) => !isTest && path !== 'config.ts' && /process\.env\b/.test(text),
  );
  expect(readers.map(({ path }) => path)).toEqual([]);
});

test('a domain names only its own tables', () => {
  const found = files
    .filter(({ path, isTest }) => !isTest && /^(tenancy|directory|devices|policies|compliance)\//.test(path))
    .flatMap(({ path, text }) => {
      const own = path.split('/')[0]!;
      // Migrations may refer to another domain's table as a foreign key.
      const names = text.matchAll(/\b(insertInto|updateTable|deleteFrom)\(\s*'(\w+?)_/g);
      return [...names].filter(([, , prefix]) => prefix !== own).map(([call]) => `${path}: ${call}`);
    });
  expect(found).toEqual([]);
});

test("X509Certificate.toLegacyObject is not called: with some keys it ends Node 24's process", () => {
  const callers = files.filter(({ text, isTest }) => !isTest && /\.toLegacyObject\(/.test(text));
  expect(callers.map(({ path }) => path)).toEqual([]);
});

test('the server runs without the tests, but for the commands that simulate devices', () => {
  // Fixtures are what tests alone use.
  const out = imports.filter(
    ({ from, isTest, specifier, to }) =>
      !isTest && !from.includes('/fixtures/') && specifier.startsWith('.') && to === undefined,
  );
  const told = out.map(
    ({ from, specifier, isDynamic }) => `${from} ${isDynamic ? 'loads' : 'imports'} ${specifier}`,
  );
  expect(told.toSorted()).toEqual(simulations);
});

test('simulated devices speak the protocol without a line of the server', () => {
  const folder = resolve(import.meta.dirname, 'simulated-devices');
  const devices = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  expect(devices.length).toBeGreaterThan(20);
  const foreign = devices.flatMap((file) => {
    // Their tests may start a server, by what other tests use for it.
    const allowed = file.endsWith('.test.ts') ? /^(simulated-devices|support)\// : /^simulated-devices\//;
    return specifiersOf(file, readFileSync(join(folder, file), 'utf8'))
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map(({ specifier }) => relative(import.meta.dirname, resolve(folder, dirname(file), specifier)))
      .filter((target) => !allowed.test(target))
      .map((target) => `${file} imports ${target}`);
  });
  expect(foreign).toEqual([]);
});
