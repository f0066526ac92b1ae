/** `tenantId` as people write it. */
function inWords(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** Prints rows as a table for people. */
export function printTable(rows: readonly Record<string, string>[]): void {
  const first = rows[0];
  if (!first) {
    process.stdout.write('None.\n');
    return;
  }
  const names = Object.keys(first);
  const width = (name: string) => Math.max(inWords(name).length, ...rows.map((row) => row[name]!.length));
  const line = (cells: readonly string[]) =>
    `${names
      .map((name, index) => cells[index]!.padEnd(width(name)))
      .join('  ')
      .trimEnd()}\n`;
  process.stdout.write(line(names.map((name) => inWords(name).toUpperCase())));
  for (const row of rows) process.stdout.write(line(names.map((name) => row[name]!)));
}

/** Prints one thing, a property per line. */
export function printFacts(facts: Readonly<Record<string, string>>): void {
  const width = Math.max(...Object.keys(facts).map((name) => inWords(name).length));
  for (const [name, value] of Object.entries(facts)) {
    process.stdout.write(`  ${inWords(name).padEnd(width)}  ${value}\n`);
  }
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
