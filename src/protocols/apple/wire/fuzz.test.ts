import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mutationsOf } from '../../../../test/support/mutations.ts';
import { Fault } from '../../../kernel/fault.ts';
import { binaryListOf } from '../../../kernel/plist/fixtures/binary-list.ts';
import { plistValues } from '../../../kernel/plist/fixtures/random-values.ts';
import { parsePlist } from '../../../kernel/plist/parse-plist.ts';
import type { PlistDict } from '../../../kernel/plist/plist-value.ts';
import { writePlist } from '../../../kernel/plist/write-plist.ts';
import { readCheckIn } from '../checkin/wire/messages.ts';
import { appleCommands } from '../commands/commands.ts';
import { readReport } from '../commands/wire/report.ts';

/** Of each message there are three kinds of inputs. */
const numRuns = Math.ceil(Number(process.env['FUZZ_RUNS'] ?? 10_000) / 3);

const tokenUpdate: PlistDict = {
  MessageType: 'TokenUpdate',
  UDID: '8D5B1A6E-0000-0000-0000-000000000001',
  UserID: 'U-1',
  UserShortName: 'ada',
  Topic: 'com.apple.mgmt.External.1',
  Token: new Uint8Array(32),
  PushMagic: 'magic',
  UnlockToken: new Uint8Array(60),
  AwaitingConfiguration: true,
  NotOnConsole: 'false',
};
const report: PlistDict = {
  UDID: '8D5B1A6E-0000-0000-0000-000000000001',
  Status: 'Error',
  CommandUUID: 'c-1',
  NotOnConsole: false,
  ErrorChain: [{ ErrorCode: 12021, ErrorDomain: 'MCMDMErrorDomain', LocalizedDescription: 'Unbekannt' }],
  QueryResponses: { DeviceName: 'Mac', BatteryLevel: 0.5, ServiceSubscriptions: [{ IMEI: '1' }] },
  SecurityInfo: { PasscodePresent: true, FirewallSettings: { Applications: [{ BundleID: 'a' }] } },
  ProfileList: [{ PayloadIdentifier: 'a', PayloadContent: [{ PayloadType: 'b' }] }],
  CertificateList: [{ CommonName: 'a', Data: new Uint8Array(4) }],
};

/** Whatever a report says, every answer of a command can be read of it, and stored. */
function readAnswers(bytes: Uint8Array): void {
  const { answer } = readReport(bytes);
  for (const command of appleCommands) {
    const { content, unreadable } = command.readAnswer(answer);
    expect(JSON.parse(JSON.stringify(content))).toEqual(content);
    expect(unreadable.every((path) => typeof path === 'string')).toBe(true);
  }
}

function refusalsAmong(inputs: fc.Arbitrary<Uint8Array>, read: (bytes: Uint8Array) => unknown): number {
  let refused = 0;
  fc.assert(
    fc.property(inputs, (bytes) => {
      try {
        read(bytes);
      } catch (error) {
        refused++;
        if (!(error instanceof Fault) || error.code !== 'malformedBody') throw error;
      }
    }),
    { numRuns, seed: randomInt(2 ** 31) },
  );
  return refused;
}

/** The dict with any values in the place of some of its own. */
function withOtherValues(dict: PlistDict): fc.Arbitrary<Uint8Array> {
  const others = fc.dictionary(fc.constantFrom(...Object.keys(dict)), plistValues, { maxKeys: 3 });
  return others.map((other) => Buffer.from(writePlist({ ...dict, ...other })));
}

test.each([
  ['a check-in message', tokenUpdate, readCheckIn],
  ['a report', report, readAnswers],
] as const)(
  '%s with changes is read or refused',
  (_, dict, read) => {
    const text = Buffer.from(writePlist(dict));
    const binary = binaryListOf(dict);
    for (const original of [text, binary]) {
      expect(() => read(original)).not.toThrow();
      const refused = refusalsAmong(mutationsOf(original), read);
      expect(refused).toBeGreaterThan(numRuns / 10);
      expect(refused).toBeLessThan(numRuns);
    }
    expect(refusalsAmong(withOtherValues(dict), read)).toBeGreaterThan(numRuns / 10);
  },
  300_000,
);

test('octets changed by hand are refused', () => {
  const text = writePlist(report);
  for (const broken of [
    text.replace('<string>Error</string>', '<string>Er\0ror</string>'),
    text.replace('<key>Status</key>', '<key>Status</key><string>Idle</string><key>Status</key>'),
    text.replace('</dict>\n</plist>', '</plist>'),
    text.replace('<string>Error</string>', '<integer>Error</integer>'),
    `${text}<plist/>`,
  ]) {
    expect(broken).not.toBe(text);
    expect(() => readReport(Buffer.from(broken))).toThrow(expect.objectContaining({ code: 'malformedBody' }));
  }
  const binary = Buffer.from(binaryListOf(report));
  for (const at of [binary.length - 1, binary.length - 9, 8]) {
    const broken = Buffer.from(binary);
    broken[at] = 0xff;
    expect(() => parsePlist(broken)).toThrow(expect.objectContaining({ code: 'malformedBody' }));
    expect(() => readReport(broken)).toThrow(Fault);
  }
});
