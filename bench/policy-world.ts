import { call } from './muster.ts';
import { baseline, windowsConfig } from './policy-contents.ts';

const policyCount = 50;
/** Which automation rules make; each device has one of them. */
const combinations = 20;
const policiesOfRule = 9;

export const worldInWords =
  `${policyCount} policies, of which each device has ${policiesOfRule + 1}: one by Graph's target of all devices, ` +
  `${policiesOfRule} by one of ${combinations} automation rules.`;

/** What the devices of one number have, so that each combination has as many of them. */
export function tagsOf(device: number): string[] {
  return ['managed', `team-${device % combinations}`];
}

/** What was made through the API, by what the API calls it. */
export interface PolicyWorld {
  /** The policy that all devices are meant to have; not assigned yet. */
  readonly baseline: string;
  readonly windows: readonly string[];
  /** One of each combination. */
  readonly audiences: readonly string[];
}

export async function addPolicyWorld(url: string): Promise<PolicyWorld> {
  const { id } = await call('POST', `${url}/v1.0/deviceManagement/deviceConfigurations`, baseline(0));
  const windows: string[] = [];
  for (let number = 1; number < policyCount; number++) {
    const policy = { name: `Policy ${number}`, config: windowsConfig(number) };
    windows.push((await call('POST', `${mdm(url)}/windows/enterprise/policies`, policy)).data.id);
  }
  const audiences: string[] = [];
  for (let team = 0; team < combinations; team++) {
    const audience = await addAudience(url, `Team ${team}`, [tagsOf(team)]);
    const given = Array.from(
      { length: policiesOfRule },
      (_, index) => windows[(team * policiesOfRule + index) % windows.length]!,
    );
    await addRule(url, `Team ${team}`, audience, given);
    audiences.push(audience);
  }
  return { baseline: id, windows, audiences };
}

type TagGroups = readonly (readonly string[])[];

export async function addAudience(url: string, name: string, deviceGroups: TagGroups): Promise<string> {
  return (await call('POST', `${mdm(url)}/device-audiences`, { name, selectors: { deviceGroups } })).data.id;
}

export async function changeAudience(url: string, id: string, deviceGroups: TagGroups): Promise<void> {
  await call('PUT', `${mdm(url)}/device-audiences/${id}`, { selectors: { deviceGroups } });
}

export async function addRule(
  url: string,
  name: string,
  audience: string,
  policies: readonly string[],
): Promise<void> {
  await call('POST', `${mdm(url)}/automation-rules`, {
    name,
    deviceAudiences: [audience],
    actions: policies.map((policyId, index) => ({
      type: 'policy',
      platform: 'windows',
      policyId,
      priority: 10 * (index + 1),
    })),
  });
}

export async function assignToAllDevices(url: string, policy: string): Promise<void> {
  await call('POST', `${configurationUrl(url, policy)}/assign`, {
    assignments: [{ target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } }],
  });
}

export async function changeBaseline(url: string, policy: string, marker: number): Promise<void> {
  await call('PATCH', configurationUrl(url, policy), baseline(marker));
}

function configurationUrl(url: string, id: string): string {
  return `${url}/v1.0/deviceManagement/deviceConfigurations/${id}`;
}

function mdm(url: string): string {
  return `${url}/v1/organizations/default/mdm`;
}
