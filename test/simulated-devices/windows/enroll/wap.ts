import { ProtocolViolation } from '../protocol-violation.ts';
import { readXml, type XmlElement } from '../xml/read-xml.ts';

interface Parm {
  readonly value: string;
  readonly datatype: string | undefined;
}

/** A part of a provisioning document. Names are told apart by case. */
export interface Characteristic {
  readonly type: string;
  /** Its types from the root on. */
  readonly path: string;
  readonly parms: ReadonlyMap<string, Parm>;
  readonly children: readonly Characteristic[];
}

/** Reads a `wap-provisioningdoc` into the characteristics at its top. */
export function readWap(document: Uint8Array): readonly Characteristic[] {
  const root = readXml(document, 'the provisioning document');
  if (root.name !== 'wap-provisioningdoc' || root.attributes['version'] !== '1.1') {
    throw new ProtocolViolation('the provisioning document', 'it is no wap-provisioningdoc of version 1.1');
  }
  return root.children.map((child) => readCharacteristic(child, ''));
}

function readCharacteristic(element: XmlElement, parent: string): Characteristic {
  const type = attribute(element, 'type');
  const path = parent === '' ? type : `${parent}/${type}`;
  if (element.name !== 'characteristic') {
    throw new ProtocolViolation(parent, `it holds ${element.name} in place of a characteristic`);
  }
  const parms = new Map<string, Parm>();
  const children: Characteristic[] = [];
  for (const child of element.children) {
    if (child.name === 'parm') {
      const name = attribute(child, 'name');
      if (parms.has(name)) throw new ProtocolViolation(path, `it has ${name} twice`);
      parms.set(name, { value: child.attributes['value'] ?? '', datatype: child.attributes['datatype'] });
    } else {
      children.push(readCharacteristic(child, path));
    }
  }
  return { type, path, parms, children };
}

function attribute({ name, attributes }: XmlElement, wanted: string): string {
  const value = attributes[wanted];
  if (value === undefined) throw new ProtocolViolation(name, `it has no ${wanted}`);
  return value;
}

/** The value of a parameter that must be there. */
export function parm({ path, parms }: Characteristic, name: string): string {
  const found = parms.get(name);
  if (found && found.value !== '') return found.value;
  throw new ProtocolViolation(path, `it has no ${name}`);
}

export function optionalParm({ parms }: Characteristic, name: string): string | undefined {
  return parms.get(name)?.value;
}

/** A number or a truth value, whose type must be said. */
export function typedParm(
  characteristic: Characteristic,
  name: string,
  datatype: 'integer',
): number | undefined;
export function typedParm(
  characteristic: Characteristic,
  name: string,
  datatype: 'boolean',
): boolean | undefined;
export function typedParm({ path, parms }: Characteristic, name: string, datatype: 'integer' | 'boolean') {
  const found = parms.get(name);
  if (!found) return undefined;
  const form = datatype === 'integer' ? /^\d+$/ : /^(true|false)$/;
  if (found.datatype !== datatype || !form.test(found.value)) {
    throw new ProtocolViolation(
      path,
      `${name} is '${found.value}' of type ${found.datatype ?? 'none'}, and must be ${datatype}`,
    );
  }
  return datatype === 'integer' ? Number(found.value) : found.value === 'true';
}

export function child(characteristic: Characteristic, type: string): Characteristic {
  const [found, another] = characteristic.children.filter((one) => one.type === type);
  if (!found) throw new ProtocolViolation(characteristic.path, `it has no ${type}`);
  if (another) throw new ProtocolViolation(characteristic.path, `it has ${type} twice`);
  return found;
}

/** The only child. */
export function onlyChild(characteristic: Characteristic): Characteristic {
  const [found, another] = characteristic.children;
  if (!found || another)
    throw new ProtocolViolation(characteristic.path, 'it must hold exactly one characteristic');
  return found;
}
