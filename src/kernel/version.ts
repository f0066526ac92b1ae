/** Whether a version such as `10.9.5` comes before another one. What is no number counts as 0. */
export function isOlder(version: string, other: string): boolean {
  const numbers = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  for (const [index, part] of other.split('.').entries()) {
    const difference = (numbers[index] ?? 0) - Number(part);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
