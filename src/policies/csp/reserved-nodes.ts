/** By what an administrator changes nodes: settings of policies, or OMA-DM commands that are sent as they are written. */
type Means = 'policies' | 'commands';

/** A node that the server alone changes, with all that lies below it. */
interface ReservedNode {
  /** Its key; `*` is any one name. */
  readonly node: string;
  readonly keptFrom: readonly Means[];
  /** A sentence for people. */
  readonly reason: string;
  /** What below it is free, as keys. */
  readonly but?: readonly string[];
}

const device = './device/vendor/msft';
const all: readonly Means[] = ['policies', 'commands'];

const account = 'It is the account by which the device is managed.';
const end = 'It ends the management: retire or delete the device instead.';
const address = 'It is the address at which the device is managed.';
const certificates = 'The certificates by which the device and this server know each other lie there.';

/** Below a management provider, what says nothing of how the device is managed. */
const freeOfProvider = [
  'configrefresh',
  'firstsyncstatus',
  'helpemailaddress',
  'helpphonenumber',
  'helpwebsite',
  'push/pfn',
];

const dmClient = (node: string): ReservedNode => ({
  node,
  keptFrom: ['commands'],
  reason: 'It is how the device calls this server.',
  but: freeOfProvider.map((name) => `${node}/provider/*/${name}`),
});

/** Of several that a key meets, the reason of the first is told. */
const reserved: readonly ReservedNode[] = [
  { node: './syncml/dmacc', keptFrom: all, reason: account },
  { node: `${device}/dmacc`, keptFrom: all, reason: account },
  { node: `${device}/dmclient/unenroll`, keptFrom: all, reason: end },
  { node: `${device}/dmclient/provider/*/unenroll`, keptFrom: all, reason: end },
  { node: `${device}/dmclient/provider/*/managementserviceaddress`, keptFrom: all, reason: address },
  { node: `${device}/dmclient/provider/*/managementserveraddresslist`, keptFrom: all, reason: address },
  {
    node: `${device}/dmclient/provider/*/linkedenrollment`,
    keptFrom: all,
    reason: 'It is a second enrolment, which this server does not manage.',
  },
  {
    node: `${device}/dmclient/provider/*/push/pfn`,
    keptFrom: ['policies'],
    reason: 'The server that wakes the device sets it.',
  },
  dmClient(`${device}/dmclient`),
  dmClient('./user/vendor/msft/dmclient'),
  {
    node: `${device}/certificatestore/my/wstep`,
    keptFrom: all,
    reason: 'It is the certificate by which the device proves who it is.',
  },
  { node: `${device}/certificatestore/my`, keptFrom: ['commands'], reason: certificates },
  { node: `${device}/certificatestore/root`, keptFrom: ['commands'], reason: certificates },
  { node: `${device}/certificatestore/ca`, keptFrom: ['commands'], reason: certificates },
  {
    node: `${device}/remotewipe`,
    keptFrom: ['policies'],
    reason: 'It erases the device: wipe it by a command.',
  },
];

const patterns = reserved.map(({ node, keptFrom, reason, but = [] }) => ({
  node,
  segments: node.split('/'),
  free: but.map((key) => key.split('/')),
  keptFrom,
  reason,
}));

/**
 * Why policies, or commands that somebody wrote, must not set or remove the node with this key, for people: it, what it is a part of, or a
 * part of it is the server's alone, and the device would be lost or erased. Undefined when they may.
 */
export function whyReserved(key: string, means: Means): string | undefined {
  // Such a key is that of no node.
  if (key === '.') return undefined;
  const segments = key.split('/');
  const met = patterns.filter(
    ({ segments: node, free, keptFrom }) =>
      isOneWay(node, segments) &&
      keptFrom.includes(means) &&
      !free.some((one) => one.length <= segments.length && isOneWay(one, segments)),
  );
  const around = met.find(({ segments: node }) => node.length <= segments.length);
  if (around) return around.reason;
  return met[0] && `Below it is ${met[0].node}. ${met[0].reason}`;
}

/** Whether one of them is the other or lies above it. */
function isOneWay(pattern: readonly string[], segments: readonly string[]): boolean {
  return pattern.every((name, index) => index >= segments.length || name === '*' || name === segments[index]);
}
