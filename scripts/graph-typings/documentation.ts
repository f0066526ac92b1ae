import type { PropertyDeclaration } from '../../src/api/graph/model/document.ts';

/** The facts that Microsoft's sentences about a property state: ranges, limits, a Boolean's default, read-only. */
export function factsOf(documentation: string, edmType: string): Partial<PropertyDeclaration> {
  const range = /Valid values (-?\d+) to (-?\d+)/.exec(documentation);
  const maxItems = /(?:maximum of|at most) (\d+) elements/.exec(documentation)?.[1];
  const maxLength = /Maximum length is (\d+) characters/i.exec(documentation)?.[1];
  const fallback = /default(?: value)? is (true|false)\b/i.exec(documentation)?.[1];
  return {
    ...(/(?:^|\.\s*|property is )read-only(?:\.|$)/i.test(documentation) && { readOnly: true }),
    ...(range && { min: Number(range[1]), max: Number(range[2]) }),
    ...(maxItems && { maxItems: Number(maxItems) }),
    ...(maxLength && { maxLength: Number(maxLength) }),
    ...(fallback && edmType === 'Edm.Boolean' && { default: fallback.toLowerCase() === 'true' }),
  };
}
