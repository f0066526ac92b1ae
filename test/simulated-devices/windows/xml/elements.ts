import { ProtocolViolation } from '../protocol-violation.ts';
import type { XmlElement } from './read-xml.ts';

/** Of this namespace and name. */
export function childrenNamed(element: XmlElement, namespace: string, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.namespace === namespace && child.name === name);
}

/** The one child of this name. Throws where there are two. */
export function optionalChild(element: XmlElement, namespace: string, name: string): XmlElement | undefined {
  const [child, another] = childrenNamed(element, namespace, name);
  if (another) throw new ProtocolViolation(element.name, `it has more than one ${name}`);
  return child;
}

export function requiredChild(element: XmlElement, namespace: string, name: string): XmlElement {
  const child = optionalChild(element, namespace, name);
  if (child) return child;
  const elsewhere = element.children.find((other) => other.name === name);
  throw new ProtocolViolation(
    element.name,
    elsewhere
      ? `${name} is in the namespace '${elsewhere.namespace}', and must be in '${namespace}'`
      : `it has no ${name}`,
  );
}

/** The text of a leaf without the white space around it. */
export function textOf(element: XmlElement): string {
  const [child] = element.children;
  if (child) throw new ProtocolViolation(element.name, `it holds an element ${child.name} in place of text`);
  return element.text.trim();
}

export function optionalText(element: XmlElement, namespace: string, name: string): string | undefined {
  const child = optionalChild(element, namespace, name);
  return child && textOf(child);
}

export function requiredText(element: XmlElement, namespace: string, name: string): string {
  const text = textOf(requiredChild(element, namespace, name));
  if (text === '') throw new ProtocolViolation(element.name, `its ${name} is empty`);
  return text;
}

/** The children must have these names, in this order; each may be missing or come several times. */
export function requireOrder(element: XmlElement, namespace: string, names: readonly string[]): void {
  let last = -1;
  for (const child of element.children) {
    if (child.namespace !== namespace) {
      throw new ProtocolViolation(
        element.name,
        `${child.name} is in the namespace '${child.namespace}', and must be in '${namespace}'`,
      );
    }
    const at = names.indexOf(child.name);
    if (at < 0) throw new ProtocolViolation(element.name, `it must not hold ${child.name}`);
    if (at < last) throw new ProtocolViolation(element.name, `${child.name} must come before ${names[last]}`);
    last = at;
  }
}
