import { Fault, invalidInput } from '../../../kernel/fault.ts';
import { parseJson, type Json, type JsonObject } from '../../../kernel/json.ts';
import type { DeclarationKind } from './declaration.ts';
import { statusReason, type StatusReason } from './reason.ts';
import {
  statusReportShape,
  type WrittenCapabilities,
  type WrittenDeclarations,
  type WrittenReport,
} from './status-report-shape.ts';

export interface DeclarationStatus {
  readonly kind: DeclarationKind;
  readonly identifier: string;
  /** Of the version that the device speaks of; undefined when it does not tell. */
  readonly serverToken: string | undefined;
  readonly active: boolean;
  readonly valid: 'valid' | 'invalid' | 'unknown';
  readonly reasons: readonly StatusReason[];
}

/** What a device can do. */
interface ClientCapabilities {
  readonly activations: readonly string[];
  readonly assets: readonly string[];
  readonly configurations: readonly string[];
  readonly management: readonly string[];
  readonly statusItems: readonly string[];
}

export interface StatusReport {
  /** Whether it replaces everything that the device reported before; else it tells only what is new. */
  readonly fullReport: boolean;
  /** Undefined when the report does not speak of declarations, which is no error. */
  readonly declarations: readonly DeclarationStatus[] | undefined;
  readonly clientCapabilities: ClientCapabilities | undefined;
  /** All other status items by their names, such as `device.operating-system.version`. */
  readonly items: ReadonlyMap<string, Json>;
  /** Items that could not be reported. */
  readonly errors: readonly { readonly item: string; readonly reasons: readonly StatusReason[] }[];
}

/**
 * What a device reports of its declarations and of itself. What is absent is taken as not said. Faults: `malformedBody` for what is no such
 * report.
 * @see https://developer.apple.com/documentation/devicemanagement/statusreport
 */
export function readStatusReport(bytes: Uint8Array): StatusReport {
  const { StatusItems: items, Errors: errors, FullReport: fullReport } = read(bytes);
  const { declarations, 'client-capabilities': capabilities, ...management } = items?.management ?? {};
  return {
    fullReport: fullReport === true,
    declarations: declarations ? statusesOf(declarations) : undefined,
    clientCapabilities: capabilities ? capabilitiesOf(capabilities) : undefined,
    items: new Map(namedItems({ ...items, management })),
    errors: (errors ?? []).map(({ StatusItem, Reasons: reasons }) => ({
      item: StatusItem,
      reasons: (reasons ?? []).map(({ Code, Description, Details }) =>
        statusReason(Code, Description, Details),
      ),
    })),
  };
}

function read(bytes: Uint8Array): WrittenReport {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Fault('malformedBody', 'The status report is not UTF-8.');
  }
  try {
    const value = withoutNulls(parseJson(text));
    const violations = statusReportShape.violations(value);
    if (violations.length > 0) throw invalidInput(violations);
    return value as WrittenReport;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { message, violations } = error;
    throw new Fault('malformedBody', `The status report cannot be read: ${message}`, { violations });
  }
}

/** Some clients write null for what they do not have. */
function withoutNulls(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutNulls);
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
}

function statusesOf(declarations: WrittenDeclarations): DeclarationStatus[] {
  const { activations, assets, configurations, management } = declarations;
  const lists = {
    activation: activations,
    configuration: configurations,
    asset: assets,
    management,
  } satisfies Record<DeclarationKind, unknown>;
  return Object.entries(lists).flatMap(([kind, statuses]) =>
    (statuses ?? []).map(({ identifier, 'server-token': serverToken, active, valid, reasons }) => ({
      kind: kind as DeclarationKind,
      identifier,
      serverToken,
      active: active === true,
      valid: valid === 'valid' || valid === 'invalid' ? valid : 'unknown',
      reasons: (reasons ?? []).map(({ code, description, details }) =>
        statusReason(code, description, details),
      ),
    })),
  );
}

function capabilitiesOf({ 'supported-payloads': payloads }: WrittenCapabilities): ClientCapabilities {
  const { activations, assets, configurations, management } = payloads?.declarations ?? {};
  return {
    activations: activations ?? [],
    assets: assets ?? [],
    configurations: configurations ?? [],
    management: management ?? [],
    statusItems: payloads?.['status-items'] ?? [],
  };
}

/** `{device: {model: {family: 'Mac'}}}` is the item `device.model.family`. */
function namedItems(items: JsonObject, prefix = ''): [name: string, value: Json][] {
  return Object.entries(items).flatMap(([key, value]) => {
    const name = `${prefix}${key}`;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? namedItems(value, `${name}.`)
      : [[name, value]];
  });
}
