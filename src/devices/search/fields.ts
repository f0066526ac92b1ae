import { sql } from '../../database/index.ts';

const inSummary = (name: string) => sql`device.summary ->> ${sql.lit(name)}`;
const inDetails = (name: string) => sql`device.summary #>> ${sql.lit(`{details,${name}}`)}`;

/** What is known of a device, in the words of `search.ts`'s statement. All of it can be null but the id, the platform and the state. */
export const deviceFields = {
  id: sql`device.id::text`,
  platform: sql`device.platform`,
  state: sql`device.state`,
  displayName: sql`device.display_name`,
  /** What the device calls itself. */
  name: inSummary('name'),
  serialNumber: sql`device.serial_number`,
  imei: sql`device.imei`,
  os: inSummary('os'),
  osVersion: inSummary('osVersion'),
  /** Such as `85%`. */
  battery: inSummary('battery'),
  supervised: sql`(${inSummary('supervised')})::boolean`,
  compliant: sql`(device.summary #>> '{compliance,compliant}')::boolean`,
  udid: inDetails('udid'),
  model: inDetails('model'),
  manufacturer: inDetails('manufacturer'),
  productName: inDetails('productName'),
  edition: inDetails('edition'),
  tpmVersion: inDetails('tpmVersion'),
  meid: inDetails('meid'),
  wifiMac: inDetails('wifiMac'),
  ethernetMac: inDetails('ethernetMac'),
  /** Octets. */
  totalStorage: sql`(${inDetails('totalStorage')})::double precision`,
  freeStorage: sql`(${inDetails('freeStorage')})::double precision`,
  totalMemory: sql`(${inDetails('totalMemory')})::double precision`,
  phoneNumber: inDetails('phoneNumber'),
  carrier: inDetails('carrier'),
  encrypted: sql`(${inDetails('encrypted')})::boolean`,
  enrolledAt: sql`device.enrolled_at`,
  lastSeenAt: sql`coalesce(channel.last_seen_at, device.last_status_report_at)`,
  userId: sql`device.user_id::text`,
  userEmail: sql`owner.email`,
  userName: sql`owner.name`,
  /** Of Apple devices: see `ChannelKind`. */
  channelKind: sql`channel.kind`,
  hasBootstrapToken: sql`channel.bootstrap_token is not null`,
  /** The end of the certificate with which the device talks. */
  certificateEnds: sql`certificate.not_after`,
} as const;

export type DeviceField = keyof typeof deviceFields;

/** What only the channel of an Apple device or the account of a Windows device tells, and the certificate with which it talks. */
export const channelFields: ReadonlySet<DeviceField> = new Set([
  'lastSeenAt',
  'channelKind',
  'hasBootstrapToken',
  'certificateEnds',
]);
