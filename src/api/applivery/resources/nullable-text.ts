import { Type } from 'typebox';

/** A text that `null` takes away. It is one schema with two types, not a union, so that a violation names one thing. */
export const NullableText = (maxLength: number, description: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], maxLength, description });
