import type { NodeContext, NodeRule } from '../rules.ts';
import { childNames, dataAt } from '../store.ts';
import { keyOf, parseUri } from '../uri.ts';
import { leaves, vendor } from './declare.ts';

const provider = `${vendor}/DMClient/Provider/{Provider}`;

/** https://learn.microsoft.com/windows/client-management/mdm/dmclient-csp */
const dmClient: readonly NodeRule[] = [
  ...leaves(
    `${provider}/Poll`,
    'NumberOfFirstRetries IntervalForFirstSetOfRetries NumberOfSecondRetries IntervalForSecondSetOfRetries NumberOfRemainingScheduledRetries IntervalForRemainingScheduledRetries',
    'int',
    'ADGR',
    { isMadeByReplace: true },
  ),
  ...leaves(`${provider}/Poll`, 'PollOnLogin AllUsersPollOnFirstLogin', 'bool', 'ADGR', {
    isMadeByReplace: true,
  }),
  ...leaves(
    provider,
    'EntDMID EntDeviceName UPN HelpPhoneNumber HelpWebsite HelpEmailAddress',
    'chr',
    'ADGR',
    {
      isMadeByReplace: true,
    },
  ),
  ...leaves(provider, 'RequireMessageSigning', 'bool', 'ADGR', { initial: 'false' }),
  ...leaves(provider, 'NumberOfDaysAfterLostContactToUnenroll', 'int', 'ADGR', { isMadeByReplace: true }),
  ...leaves(`${provider}/ConfigRefresh`, 'Enabled', 'bool', 'ADGR', { initial: 'false' }),
  ...leaves(`${provider}/ConfigRefresh`, 'Cadence', 'int', 'ADGR', { initial: '90' }),
  ...leaves(`${provider}/ConfigRefresh`, 'PausePeriod', 'int', 'ADGR', { initial: '0' }),
  ...leaves(`${provider}/Push`, 'PFN', 'chr', 'ADGR', { isMadeByReplace: true }),
  ...leaves(`${provider}/FirstSyncStatus`, 'ServerHasFinishedProvisioning', 'bool', 'GR', {
    initial: 'false',
  }),
  ...leaves(`${provider}/FirstSyncStatus`, 'TimeOutUntilSyncFailure', 'int', 'GR', { initial: '60' }),
  { uri: `${provider}/Unenroll`, formats: ['null'], access: 'X', exec: leaveManagement },
  { uri: `${vendor}/DMClient/Unenroll`, formats: ['null'], access: 'X', exec: leaveManagement },
];

/** No Status comes back. */
function leaveManagement({ leave }: NodeContext) {
  leave();
  return { status: undefined };
}

/** https://learn.microsoft.com/windows/client-management/mdm/nodecache-csp */
function nodeCache(scope: 'Device' | 'User'): readonly NodeRule[] {
  const root = `./${scope}/Vendor/MSFT/NodeCache/{Provider}`;
  return [
    ...leaves(root, 'CacheVersion', 'chr', 'ADGR', { isMadeByReplace: true }),
    ...leaves(`${root}/Nodes/{Id}`, 'NodeURI ExpectedValue', 'chr', 'ADG'),
    {
      uri: `${root}/Nodes/{Id}/AutoSetExpectedValue`,
      formats: ['null', 'chr'],
      access: 'A',
      set(context, segments) {
        const node = segments.slice(0, -1);
        const value = watched(context, node);
        const expected = [...node, 'ExpectedValue'];
        context.store.nodes.set(keyOf(expected), { segments: expected, format: 'chr', data: value ?? '' });
        return { status: 200 };
      },
    },
    {
      uri: `${root}/ChangedNodes`,
      formats: ['chr'],
      access: 'G',
      read: (context, segments) =>
        changed(context, segments)
          .map(({ id }) => id)
          .join(','),
    },
    {
      uri: `${root}/ChangedNodesData`,
      formats: ['xml'],
      access: 'G',
      read: (context, segments) => {
        const nodes = changed(context, segments).map(
          ({ id, uri, value }) =>
            `<Node Id="${id}" Uri="${uri}">${Buffer.from(value ?? '').toString('base64')}</Node>`,
        );
        return `<Nodes>${nodes.join('')}</Nodes>`;
      },
    },
  ];
}

function watched({ read, store }: NodeContext, node: readonly string[]): string | undefined {
  const uri = parseUri(dataAt(store, ...node, 'NodeURI') ?? '');
  return uri && read(uri.segments)?.data;
}

/** The nodes that are not as they are expected. */
function changed(context: NodeContext, segments: readonly string[]) {
  const nodes = [...segments.slice(0, -1), 'Nodes'];
  return childNames(context.store, nodes).flatMap((id) => {
    const node = [...nodes, id];
    const value = watched(context, node);
    const uri = dataAt(context.store, ...node, 'NodeURI') ?? '';
    return value === dataAt(context.store, ...node, 'ExpectedValue') ? [] : [{ id, uri, value }];
  });
}

export const managementRules: readonly NodeRule[] = [
  ...dmClient,
  ...nodeCache('Device'),
  ...nodeCache('User'),
];
