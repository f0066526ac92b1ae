import type { Device } from '../devices/index.ts';
import type { Json } from '../kernel/json.ts';
import { deliveredProgress, type Delivery } from './delivery/index.ts';
import { isSecret, normaliseLocUri, type Progress, type Setting } from './engine/index.ts';

const notDelivered = 'the device has not enrolled, so nothing is sent to it';

/** What of a device tells how far it is. */
export type ReportingDevice = Pick<
  Device,
  'platform' | 'config' | 'configDates' | 'enrolledAt' | 'lastStatusReportAt'
> & {
  /** What was delivered to it. */
  readonly deliveries?: readonly Delivery[];
  /** For people: when it was heard of, and what came of waking it. */
  readonly contact?: string | undefined;
};

/**
 * How far settings have come on a device: what was delivered to it counts. A Windows device that never enrolled, and is known by reports
 * alone, has a setting verified when it says that it has the wanted value anyway.
 */
export function progressOf(device: ReportingDevice): (setting: Setting) => Progress {
  const { platform, deliveries = [], contact } = device;
  const waiting = waitingFor(device);
  if (platform === 'apple')
    return deliveredProgress(deliveries, (setting) => waitingOnApple(setting, waiting));
  if (deliveries.length === 0 && contact === undefined) return reportedProgress(device);
  const reportedOf = reportedNodes(device);
  return deliveredProgress(
    deliveries,
    ({ key }) => waitingOnWindows(key, waiting),
    (key) => toldOf(device, reportedOf(key)),
  );
}

function waitingFor({ enrolledAt, contact }: ReportingDevice): string {
  if (contact !== undefined) return `It is sent when the device calls. ${contact}`;
  return enrolledAt === null ? 'The device has not enrolled.' : 'It is sent when the device calls.';
}

/** Whether the management protocol carries a setting; else it takes an agent. Of a Windows policy it carries nodes, ADMX files and applications. */
export function isOfProtocol({ platform, key }: Pick<Setting, 'platform' | 'key'>): boolean {
  return platform === 'apple' || /^(admxConfig|application)\/|^\.\//.test(key);
}

/** What is for users is sent to them alone, and a Mac has one once he has signed in. */
function waitingOnApple({ value }: Setting, waiting: string): string {
  const isOfUsers =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    value['deploymentChannel'] === 'userChannel';
  return isOfUsers ? `It waits for a user to sign in. ${waiting}` : waiting;
}

function waitingOnWindows(key: string, waiting: string): string {
  if (key.startsWith('./user/')) return `It waits for the user to sign in. ${waiting}`;
  if (isOfProtocol({ platform: 'windows', key })) return waiting;
  return 'The management protocol of Windows cannot do this; it takes an agent on the PC.';
}

function reportedProgress(device: ReportingDevice): (setting: Setting) => Progress {
  const reportedOf = reportedNodes(device);
  const { lastStatusReportAt } = device;
  const waiting =
    lastStatusReportAt === null && device.enrolledAt === null
      ? 'The device has never checked in.'
      : sentence(notDelivered);
  const notReported: Progress = { state: 'pending', reason: waiting, reported: null };
  return ({ key, value }) => {
    const found = reportedOf(key);
    if (!found) return notReported;
    const reported = toldOf(device, found)!;
    const failure = failureOf(found.value);
    if (failure !== undefined) return { state: 'error', reason: failure, reported };
    if (isSecret(value)) {
      return { state: 'pending', reason: `The value is secret, and ${notDelivered}.`, reported };
    }
    if (textOfNode(found.value) === textOfNode(value)) return { state: 'verified', reason: null, reported };
    return { state: 'pending', reason: `The device has another value, and ${notDelivered}.`, reported };
  };
}

/** What the device said of a node, and when. */
function toldOf(
  { configDates, lastStatusReportAt }: ReportingDevice,
  node: ReportedNode | undefined,
): Progress['reported'] {
  if (!node) return null;
  const at = configDates[node.path];
  return { value: node.value, at: at === undefined ? lastStatusReportAt : new Date(at) };
}

interface ReportedNode {
  readonly path: string;
  readonly value: Json;
}

/** What a Windows device reported of its nodes, by key. */
function reportedNodes({ config }: ReportingDevice): (key: string) => ReportedNode | undefined {
  const nodes = new Map<string, ReportedNode>();
  for (const [path, value] of Object.entries(config)) {
    const { key } = normaliseLocUri(path);
    if (!nodes.has(key)) nodes.set(key, { path, value });
  }
  return (key) => nodes.get(key);
}

/** A node that could not be read or set is reported as `{isError: true, status, reason, attempts}`. */
function failureOf(value: Json): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if (value['isError'] !== true) return undefined;
  const told = [value['status'], value['reason']].filter(
    (part): part is number | string => typeof part === 'number' || typeof part === 'string',
  );
  return told.length === 0 ? 'The device reported an error.' : `The device reported ${told.join(' ')}.`;
}

/** A node's value as the device writes it: all its formats are text, so that `1` and `"1"` are the same. */
function textOfNode(value: Json): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (!Array.isArray(value) && 'format' in value && 'data' in value) return textOfNode(value['data']);
  return JSON.stringify(value);
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}
