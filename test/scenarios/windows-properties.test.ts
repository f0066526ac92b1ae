import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import type { WindowsDeviceOptions } from '../simulated-devices/windows/index.ts';
import { testServer, type TestServer } from '../support/server.ts';
import { expectSettled } from '../support/windows-life-expectations.ts';
import { step, type Step } from '../support/windows-life-steps.ts';
import { lifeOrganization, windowsLife, type LifeOrganization } from '../support/windows-life.ts';
import { rareLives } from '../support/windows-rare-lives.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ certificateHeader: 'client-cert' });
});
afterAll(() => server[Symbol.asyncDispose]());

/** The PCs differ in how they speak, how they show who they are, and in how much they take in a message. */
const kinds: Readonly<Record<string, Partial<WindowsDeviceOptions>>> = {
  windows10: { hardware: { form: 'windows10' }, maxMsgSize: 16_384, maxObjSize: 1_000_000 },
  windows11: {
    hardware: { form: 'windows11' },
    certificate: { kind: 'proxyHeader', header: 'client-cert', form: 'rfc9440' },
  },
};

async function liveThrough(
  organization: LifeOrganization,
  options: Partial<WindowsDeviceOptions>,
  steps: readonly Step[],
): Promise<void> {
  const life = await windowsLife(organization, options);
  for (const taken of steps) await life.take(taken);
  await life.settle();
  await expectSettled(life);
}

test.each(Object.entries(kinds))(
  'whatever happens, in the end a PC with %s has what it shall have, and did no order twice',
  async (kind, options) => {
    const organization = await lifeOrganization(server, kind);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 40 }), (steps) =>
        liveThrough(organization, options, steps),
      ),
      {
        numRuns: rareLives.length + Number(process.env['PROPERTY_RUNS'] ?? 16),
        seed: randomInt(2 ** 31),
        endOnFailure: true,
        examples: rareLives.map((steps) => [[...steps]]),
      },
    );
  },
  900_000,
);
