import type { Device } from '../devices/index.ts';
import type { Json } from '../kernel/json.ts';
import { deliveredProgress, type Delivery } from './delivery/index.ts';
import { isSecret, normaliseLocUri, type Progress, type Setting } from './engine/index.ts';

const notDelivered = 'this server does not deliver policies yet';

/** What of a device tells how far it is. */
export type ReportingDevice = Pick<
  Device,
  'platform' | 'config' | 'configDates' | 'enrolledAt' | 'lastStatusReportAt'
> & {
  /** What was delivered to it; Windows devices are not delivered to yet. */
  readonly deliveries?: readonly Delivery[];
  /** For people: when it was heard of, and what came of waking it. */
  readonly contact?: string | undefined;
};

/**
 * How far settings have come on a device. Apple devices take what is delivered to them. Nothing is delivered to Windows devices yet, so there a
 * setting is verified when the device says that it has the wanted value anyway, and otherwise pending, with the reason.
 */
export function progressOf(device: ReportingDevice): (setting: Setting) => Progress {
  if (device.platform === 'apple') return deliveredProgress(device.deliveries ?? [], waitingFor(device));
  return reportedProgress(device);
}

function waitingFor({ enrolledAt, contact }: ReportingDevice): string {
  if (contact !== undefined) return `It is sent when the device calls. ${contact}`;
  return enrolledAt === null ? 'The device has not enrolled.' : 'It is sent when the device calls.';
}

function reportedProgress(device: ReportingDevice): (setting: Setting) => Progress {
  const reportedOf = reportedNodes(device);
  const { lastStatusReportAt } = device;
  const waiting =
    lastStatusReportAt === null && device.enrolledAt === null
      ? 'The device has never checked in.'
      : sentence(notDelivered);
  return ({ key, value }) => {
    const found = reportedOf(key);
    if (!found) return { state: 'pending', reason: waiting, reported: null };
    const at = device.configDates[found.path];
    const reported = { value: found.value, at: at === undefined ? lastStatusReportAt : new Date(at) };
    const failure = failureOf(found.value);
    if (failure !== undefined) return { state: 'error', reason: failure, reported };
    if (isSecret(value)) {
      return { state: 'pending', reason: `The value is secret, and ${notDelivered}.`, reported };
    }
    if (textOfNode(found.value) === textOfNode(value)) return { state: 'verified', reason: null, reported };
    return { state: 'pending', reason: `The device has another value, and ${notDelivered}.`, reported };
  };
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
