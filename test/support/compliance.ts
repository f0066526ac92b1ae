import { expect } from 'vitest';
import { hexOfId, parseGuidId } from '../../src/kernel/id.ts';
import type { Tenant, TestServer } from './server.ts';

/** What is known of a device's compliance, and the titles of the events that tell of it, oldest first. */
export interface Compliance {
  readonly compliant: boolean | null;
  readonly lastCheck: string | undefined;
  readonly events: readonly string[];
}

const graphWords = new Map([
  [true, 'compliant'],
  [false, 'noncompliant'],
  [null, 'unknown'],
]);

/** What every API says of the compliance of a device, by its GUID; they say the same. */
export async function complianceOf(server: TestServer, tenant: Tenant, id: string): Promise<Compliance> {
  const get = async (url: string) => {
    const answer = await server.send({ url, token: tenant.token });
    expect(answer.status, url).toBe(200);
    return answer.json;
  };
  const native = `/api/v1/organizations/${tenant.organization.slug}/devices/${id}`;
  const { compliant } = await get(native);
  const { items } = await get(`${native}/timeline?limit=200`);
  const titles: string[] = items.map(({ title }: { title: string }) => title);

  const devices = '/v1.0/deviceManagement/managedDevices';
  expect((await get(`${devices}/${id}`)).complianceState).toBe(graphWords.get(compliant));

  const list = `/v1/organizations/${tenant.hexId}/mdm/devices`;
  const hexId = hexOfId(parseGuidId(id)!);
  const listed = async (query: string) =>
    (await get(`${list}?${query}`)).data.items.find((item: { id: string }) => item.id === hexId);
  for (const isCompliance of [true, false]) {
    expect(Boolean(await listed(`isCompliance=${isCompliance}`))).toBe(compliant === isCompliance);
  }
  const { compliance } = (await listed('limit=1000')).summary;
  expect(compliance?.compliant ?? null).toBe(compliant);
  return {
    compliant,
    lastCheck: compliance?.lastCheck,
    events: titles.filter((title) => / compliant\b/.test(title)).toReversed(),
  };
}
