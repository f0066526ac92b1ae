/** How many settings a policy has, and how many of them every other policy speaks of, too. */
export const settingsOfPolicy = 100;
export const sharedSettings = 10;

/** The nodes of one policy: first those that all policies share. */
function nodesOf(policy: string): string[] {
  return Array.from({ length: settingsOfPolicy }, (_, index) => {
    const area = index < sharedSettings ? 'Common' : policy;
    return `./Device/Vendor/MSFT/Policy/Config/${area}/Setting${String(index).padStart(3, '0')}`;
  });
}

/** The `config` of a Windows policy. */
export function windowsConfig(number: number): Record<string, string | number> {
  const values = nodesOf(`Area${number}`).map(
    (node, index) =>
      [
        node,
        index % 4 === 3 ? `A text of policy ${number}, as long as many are` : number * 1_000 + index,
      ] as const,
  );
  return Object.fromEntries(values);
}

const baselineNodes = nodesOf('Baseline');

/** The key, in the engine's spelling, of a setting of the baseline alone, which tells the content that a device shall have. */
export const keyOfMarkedNode = baselineNodes[sharedSettings]!.toLowerCase();

/** A `windows10CustomConfiguration`; of its settings, most say `marker`. */
export function baseline(marker: number): object {
  return {
    '@odata.type': '#microsoft.graph.windows10CustomConfiguration',
    displayName: 'Baseline',
    omaSettings: baselineNodes.map((omaUri, index) => omaSetting(omaUri, index, marker)),
  };
}

/** What Graph has as a text is kept encrypted. */
function omaSetting(omaUri: string, index: number, marker: number): object {
  const displayName = `Setting ${index}`;
  return index % 20 === 19
    ? { '@odata.type': '#microsoft.graph.omaSettingString', displayName, omaUri, value: `Text ${index}` }
    : { '@odata.type': '#microsoft.graph.omaSettingInteger', displayName, omaUri, value: marker };
}
