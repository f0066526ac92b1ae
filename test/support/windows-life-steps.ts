import fc from 'fast-check';

const vendor = './Device/Vendor/MSFT';
const policies = `${vendor}/Policy/Config`;
const publicProfile = `${vendor}/Firewall/MdmStore/PublicProfile`;
const firewallRule = `${vendor}/Firewall/MdmStore/FirewallRules/One`;
const authority = `${vendor}/RootCATrustedCertificates/Root/0123456789abcdef0123456789abcdef01234567`;

/** Has so many octets that a PC with small messages gets it in parts. */
const large = Array.from({ length: 600 }, (_, index) => `<data id="e${index}" value="${index}"/>`).join('');

/** What policies set: nodes of each kind, with the values that they are given. */
const nodes = {
  passwordLength: [`${policies}/DeviceLock/MinDevicePasswordLength`, '8', '10', '14'],
  camera: [`${policies}/Camera/AllowCamera`, '0', '1'],
  encryption: [`${vendor}/BitLocker/RequireDeviceEncryption`, '0', '1'],
  groupPolicy: [
    `${vendor}/BitLocker/SystemDrivesRecoveryOptions`,
    '<disabled/>',
    `<enabled/><data id="a" value="1"/>`,
    `<enabled/>${large}`,
  ],
  /** Waits until the user is signed in. */
  ofUser: ['./User/Vendor/MSFT/Policy/Config/Experience/AllowWindowsSpotlight', '0', '1'],
  /** These two cannot be deleted, but set back. */
  firewall: [`${publicProfile}/EnableFirewall`, 'true', 'false'],
  logSize: [`${publicProfile}/LogMaxFileSize`, '2048', '4096'],
  /** Cannot be taken back. */
  logFile: [`${publicProfile}/LogFilePath`, 'C:\\a.log', 'C:\\b.log'],
  /** These are one piece, and have to be added before they can be replaced. */
  ruleProtocol: [`${firewallRule}/Protocol`, '6', '17'],
  ruleDirection: [`${firewallRule}/Direction`, 'IN', 'OUT'],
  ruleName: [`${firewallRule}/Name`, 'one', 'two'],
  /** Goes with the node above it. */
  certificate: [`${authority}/EncodedCertificate`, 'AAAA', 'BBBB'],
  /** One piece as well, of which not every Windows knows. */
  lapsLength: [`${vendor}/LAPS/Policies/PasswordLength`, '12', '20'],
  lapsAge: [`${vendor}/LAPS/Policies/PasswordAgeDays`, '10', '30'],
  /** Is done after the session. */
  lockScreen: [`${vendor}/Personalization/LockScreenImageUrl`, 'https://a.example/1', 'https://a.example/2'],
  /** Nobody has heard of these three. */
  unknown: [`${vendor}/Example/Added`, 'a', 'b'],
  undeletable: [`${vendor}/Example/Kept`, '1', '2'],
  unreadable: [`${vendor}/Example/Hidden`, 'a', 'b'],
  /** The ADMX file brings it. */
  ofAdmx: [
    `${policies}/Example~Policy~Browser~Start/HomePage`,
    '<disabled/>',
    '<enabled/><data id="Url" value="https://a.example"/>',
  ],
} as const;

export type NodeName = keyof typeof nodes;
export const nodeNames = Object.keys(nodes) as NodeName[];
const readable = nodeNames.filter((name) => name !== 'ofAdmx' && name !== 'unreadable');
export const uriOf = (name: NodeName): string => nodes[name][0];

/** What nodes of no policy a PC of these lives has. */
export const ownNodes = [
  { uri: `${vendor}/Example/Added`, formats: ['chr'], access: 'ADGR' },
  { uri: `${vendor}/Example/Kept`, formats: ['int', 'chr'], access: 'GR', initial: '0' },
  { uri: `${vendor}/Example/Hidden`, formats: ['chr'], access: 'ADR', isMadeByReplace: true },
  { uri: `${vendor}/Example/Ordered`, formats: ['chr'], access: 'ADGR', isMadeByReplace: true },
] as const;

export const orderedNode = `${vendor}/Example/Ordered`;

/** What a policy says: values of nodes, and whether it brings the ADMX file and the application. */
export type PolicyContent = Partial<Record<NodeName, string>> & {
  readonly hasAdmx?: boolean;
  readonly hasApplication?: boolean;
};

const content: fc.Arbitrary<PolicyContent> = fc.record(
  {
    ...Object.fromEntries(nodeNames.map((name) => [name, fc.constantFrom(...nodes[name].slice(1))])),
    hasAdmx: fc.boolean(),
    hasApplication: fc.boolean(),
  },
  { requiredKeys: [], noNullPrototype: true },
);

const slot = fc.integer({ min: 0, max: 2 });
/** No two slots share one. */
const strength = fc.integer({ min: 0, max: 9 });

const ofPolicies = fc.oneof(
  fc.record({ do: fc.constant('create'), slot, content, isAssigned: fc.boolean(), strength }),
  fc.record({ do: fc.constant('patch'), slot, content }),
  fc.record({ do: fc.constant('assign'), slot, strength }),
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('unassign', 'delete'), slot }) },
);

const orders = fc.constantFrom(
  'restart',
  'scan',
  'resetForNextUser',
  'wipe',
  'rawRestart',
  'rawSet',
  'rawRemove',
  'rawOfUser',
  'retire',
);

const statuses = [400, 403, 404, 405, 406, 415, 418, 420, 425, 500, 507] as const;
const verbs = ['Add', 'Replace', 'Delete', 'Get'] as const;

/** Of a node that is there no PC says to Delete that it has none. */
const fail = fc
  .record({
    do: fc.constant('fail'),
    node: fc.constantFrom(...nodeNames),
    status: fc.constantFrom(...statuses),
    verbs: fc.subarray([...verbs], { minLength: 1 }),
    times: fc.integer({ min: 1, max: 3 }),
  })
  .filter(({ status, verbs: failing }) => status !== 404 || !failing.includes('Delete'));

const lose = fc.record({
  do: fc.constant('lose'),
  what: fc.constantFrom('request' as const, 'answer' as const),
  after: fc.integer({ min: 0, max: 4 }),
});

export const step = fc.oneof(
  { weight: 8, arbitrary: ofPolicies },
  /** Done while the PC sends its message number `after` from now on. */
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('during'),
      after: fc.integer({ min: 1, max: 4 }),
      change: ofPolicies,
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('order'), order: orders }) },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('checkIn') }) },
  fc.record({
    do: fc.constant('signIn'),
    who: fc.constantFrom('user' as const, 'others' as const, 'none' as const),
  }),
  { weight: 4, arbitrary: lose },
  { weight: 6, arbitrary: fail },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('change'),
      node: fc.constantFrom(...readable),
      how: fc.constantFrom('set', 'remove'),
    }),
  },
  fc.record({ do: fc.constant('repeat'), times: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constant('replay') }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait'), hours: fc.constantFrom(1, 3, 8, 26, 80) }) },
  fc.record({ do: fc.constantFrom('enrollAgain', 'leave') }),
);

export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
export type OrderName = typeof orders extends fc.Arbitrary<infer T> ? T : never;
