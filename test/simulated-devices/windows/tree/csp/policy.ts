import type { NodeContext, NodeRule, Outcome } from '../rules.ts';
import { subtree, type NodeFormat } from '../store.ts';
import { keyOf } from '../uri.ts';
import { elementMissing, ingestedPolicies, readAdmx, type IngestedPolicy } from './admx.ts';
import { vendor } from './declare.ts';

/** Areas in which all policies are numbers, but for those that are named. */
const numbers = new Map<string, ReadonlySet<string>>([
  [
    'devicelock',
    new Set([
      'preventenablinglockscreencamera',
      'preventlockscreenslideshow',
      'enforcelockscreenandlogonimage',
    ]),
  ],
  ['camera', new Set()],
  ['connectivity', new Set(['diablepasswordreveal', 'hardeneduncpaths', 'diableprintingoverhttp'])],
  ['experience', new Set()],
  ['security', new Set()],
  ['wifi', new Set()],
]);
const anyValue: readonly NodeFormat[] = ['int', 'chr', 'b64'];

function policyRules(scope: 'Device' | 'User'): readonly NodeRule[] {
  const root = `./${scope}/Vendor/MSFT/Policy`;
  return [
    {
      uri: `${root}/Config/{Area}/{Policy}`,
      formats: anyValue,
      access: 'ADGR',
      isMadeByReplace: true,
      set: setPolicy,
      // Windows does not find policies that came with an ADMX file.
      read: (context, segments) =>
        isIngested(segments) ? undefined : context.store.nodes.get(keyOf(segments))?.data,
    },
    {
      uri: `${root}/Result/{Area}/{Policy}`,
      formats: anyValue,
      access: 'G',
      read: ({ read }, [scope, , , , , area, policy]) =>
        read([scope!, 'Vendor', 'MSFT', 'Policy', 'Config', area!, policy!])?.data,
    },
  ];
}

/** https://learn.microsoft.com/windows/client-management/mdm/policy-configuration-service-provider */
export const policies: readonly NodeRule[] = [
  ...policyRules('Device'),
  ...policyRules('User'),
  {
    uri: `${vendor}/Policy/ConfigOperations/ADMXInstall/{AppName}/{SettingsType}/{FileUid}`,
    formats: ['chr'],
    access: 'ADGR',
    isMadeByReplace: true,
    // Windows does not tell which files it has.
    read: () => undefined,
    set: (_context, _segments, data) =>
      readAdmx(data) ? undefined : { status: 500, originalError: '0x80070057' },
    removed: dropPolicies,
  },
];

const isIngested = (segments: readonly string[]) => segments[5]!.includes('~');

function setPolicy(context: NodeContext, segments: readonly string[], data: string): Outcome | undefined {
  const [, , , , , area, policy] = segments;
  if (isIngested(segments)) {
    const found = policyAt(context, segments);
    if (!found) return { status: 404 };
    return elementMissing(found, data) ? { status: 500, originalError: '0x82B00001' } : undefined;
  }
  const texts = numbers.get(area!.toLowerCase());
  const isNumber = texts && !texts.has(policy!.toLowerCase());
  return isNumber && !/^-?\d+$/.test(data) ? { status: 415 } : undefined;
}

function policyAt(context: NodeContext, segments: readonly string[]): IngestedPolicy | undefined {
  const [scope, , , , , area, name] = segments;
  return ingestedPolicies(context.store).find(
    (policy) =>
      policy.area.toLowerCase() === area!.toLowerCase() &&
      policy.name.toLowerCase() === name!.toLowerCase() &&
      policy.scopes.includes(scope as 'Device' | 'User'),
  );
}

/** With its ADMX file, what was set of it goes. */
function dropPolicies(context: NodeContext): void {
  for (const scope of ['Device', 'User']) {
    for (const { segments } of subtree(context.store, [scope, 'Vendor', 'MSFT', 'Policy', 'Config'])) {
      if (isIngested(segments) && !policyAt(context, segments)) context.store.nodes.delete(keyOf(segments));
    }
  }
}
