/** Who works at the sample company. */
export const people = [
  { name: 'Ana Torres', department: 'Sales', city: 'Madrid' },
  { name: 'Bruno Keller', department: 'Sales', city: 'Berlin' },
  { name: 'Chiara Rossi', department: 'Sales', city: 'Berlin' },
  { name: 'David Okafor', department: 'Engineering', city: 'Berlin' },
  { name: 'Elif Demir', department: 'Engineering', city: 'Berlin' },
  { name: 'Farid Haddad', department: 'Engineering', city: 'Madrid' },
  { name: 'Grace Lindqvist', department: 'Engineering', city: 'Berlin' },
  { name: 'Hana Sato', department: 'Design', city: 'Madrid' },
  { name: 'Ivan Petrov', department: 'Design', city: 'Berlin' },
  { name: 'Julia Moreau', department: 'Finance', city: 'Madrid' },
  { name: 'Karim Benali', department: 'Finance', city: 'Berlin' },
  { name: 'Lena Fischer', department: 'IT', city: 'Berlin' },
] as const;

export type Person = (typeof people)[number];

export const cities = ['Berlin', 'Madrid'] as const;

export function emailOf({ name }: Person): string {
  return `${name.toLowerCase().replaceAll(' ', '.')}@example.com`;
}
