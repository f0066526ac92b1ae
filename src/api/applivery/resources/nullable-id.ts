import { Type } from 'typebox';

export const NullableId = (description: string) =>
  Type.Unsafe<string | null>({
    type: ['string', 'null'],
    pattern: '^[a-fA-F0-9]{24}$',
    'x-takes': 'an id of 24 hexadecimal digits',
    description,
  });
