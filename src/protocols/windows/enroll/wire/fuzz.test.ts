import { generateKeyPairSync, randomInt } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mutationsOf } from '../../../../../test/support/mutations.ts';
import { Fault } from '../../../../kernel/fault.ts';
import { windows10Request } from '../fixtures/certificate-request.ts';
import { discover, getPolicies, requestSecurityToken, token, typed } from '../fixtures/soap.ts';
import { readPcFacts } from '../pc-facts.ts';
import { readCredential } from './credential.ts';
import { readDiscover } from './discover.ts';
import { readEnvelope } from './envelope.ts';
import { readGetPolicies } from './policies.ts';
import { readSecurityTokenRequest } from './security-token.ts';

const keys = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const numRuns = Number(process.env['FUZZ_RUNS'] ?? 10_000);
const issue = requestSecurityToken({ security: typed('a'.repeat(32)), request: windows10Request(keys) });

/** Each is read as a PC's message is until the database is asked. */
test.each([
  ['Discover', discover(), (bytes: Uint8Array): unknown => readDiscover(readEnvelope(bytes))],
  [
    'GetPolicies',
    getPolicies(token('a token')),
    (bytes: Uint8Array) => {
      const envelope = readEnvelope(bytes);
      readGetPolicies(envelope);
      readCredential(envelope);
    },
  ],
  [
    'RequestSecurityToken',
    issue,
    (bytes: Uint8Array) => {
      const envelope = readEnvelope(bytes);
      readCredential(envelope);
      readPcFacts(readSecurityTokenRequest(envelope).items);
    },
  ],
] as const)(
  '%s with changes is read or refused',
  (_, original, read) => {
    expect(() => read(Buffer.from(original))).not.toThrow();
    let refused = 0;
    fc.assert(
      fc.property(mutationsOf(Buffer.from(original)), (bytes) => {
        try {
          read(bytes);
        } catch (error) {
          refused++;
          if (!(error instanceof Fault)) throw error;
        }
      }),
      { numRuns, seed: randomInt(2 ** 31) },
    );
    expect(refused).toBeGreaterThan(numRuns / 20);
  },
  600_000,
);
