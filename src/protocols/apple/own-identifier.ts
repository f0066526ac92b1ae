/**
 * The identifier of a profile or declaration that the server itself makes. It stays the same, so that another version replaces it, and no two
 * organizations share one. `organizationHex` has 24 digits.
 */
export function ownIdentifier(organizationHex: string, name: string): string {
  return `muster.${organizationHex}.${name}`;
}
