import type { NetworkInterfaceInfo } from 'node:os';

/** How the machine is connected, as `network-status` takes it: without the loopback, and within the protocol's limits. */
export function networkStatusOf(
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>,
  hostName: string,
  at: Date,
): object {
  const listed = Object.entries(interfaces).flatMap(([name, addresses = []]) => {
    const outside = addresses.filter(({ internal }) => !internal);
    if (outside.length === 0) return [];
    return [
      {
        name: name.slice(0, 128),
        mac: outside[0]!.mac,
        addresses: outside.slice(0, 64).map(({ address, cidr }) => ({
          address: address.split('%')[0]!,
          prefixLength: cidr === null ? undefined : Number(cidr.split('/')[1]),
        })),
      },
    ];
  });
  return { at: at.toISOString(), hostName: hostName.slice(0, 253), interfaces: listed.slice(0, 64) };
}
