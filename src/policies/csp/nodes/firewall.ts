import { below, bool, choice, number, provider, reported, text, unit, type NodeFacts } from '../declare.ts';

const off = bool({ access: 'GR', default: false });
const on = bool({ access: 'GR', default: true });

const ofProfile: Readonly<Record<string, NodeFacts>> = {
  EnableFirewall: on,
  Shielded: off,
  DisableStealthMode: off,
  DisableStealthModeIpsecSecuredPacketExemption: on,
  DisableUnicastResponsesToMulticastBroadcast: off,
  DisableInboundNotifications: off,
  AllowLocalPolicyMerge: on,
  AllowLocalIpsecPolicyMerge: on,
  AuthAppsAllowUserPrefMerge: on,
  GlobalPortsAllowUserPrefMerge: on,
  DefaultInboundAction: choice({ 0: 'Allow', 1: 'Block' }, { access: 'GR', default: 1 }),
  DefaultOutboundAction: choice({ 0: 'Allow', 1: 'Block' }, { access: 'GR', default: 0 }),
  EnableLogDroppedPackets: off,
  EnableLogIgnoredRules: off,
  EnableLogSuccessConnections: off,
  LogFilePath: text({ access: 'GR' }),
  LogMaxFileSize: number([0, 4_294_967_295], { access: 'GR', default: 1024 }),
};

/** These two take digits, though they are Boolean. */
const digit = bool({ allowed: { kind: 'enum', values: { 0: 'Disabled', 1: 'Enabled' } } });

const ofRule: Readonly<Record<string, NodeFacts>> = {
  'Action/Type': choice({ 0: 'Block', 1: 'Allow' }),
  'App/FilePath': text(),
  'App/Fqbn': text(),
  'App/PackageFamilyName': text(),
  'App/ServiceName': text(),
  Description: text(),
  Direction: text({ allowed: { kind: 'enum', values: { IN: 'Incoming', OUT: 'Outgoing' } } }),
  EdgeTraversal: digit,
  Enabled: digit,
  IcmpTypesAndCodes: text(),
  InterfaceTypes: text(),
  LocalAddressRanges: text(),
  LocalPortRanges: text(),
  LocalUserAuthorizedList: text(),
  Name: text(),
  Profiles: number(),
  Protocol: number([0, 255]),
  RemoteAddressDynamicKeywords: text(),
  RemoteAddressRanges: text(),
  RemotePortRanges: text(),
  Status: reported('chr'),
};

/**
 * The firewall: its three profiles, which cannot be deleted but set back, and rules, each of which is one piece.
 * @see https://learn.microsoft.com/windows/client-management/mdm/firewall-csp
 */
export const firewall = provider('Firewall/MdmStore', {
  ...below(['DomainProfile', 'PrivateProfile', 'PublicProfile'], ofProfile),
  'Global/CurrentProfiles': reported('int'),
  'Global/DisableStatefulFtp': bool({ access: 'GR', default: false }),
  'Global/SaIdleTime': number([300, 3600], { access: 'GR', default: 300 }),
  'FirewallRules/{FirewallRuleName}': unit({ atomic: true }),
  ...below(['FirewallRules/{FirewallRuleName}'], ofRule),
});
