import { beforeEach, describe, expect, test } from 'vitest';
import { enrolledDevice, person, testAuthority, testDevice } from './device-for-test.ts';
import { ProtocolViolation } from './protocol-violation.ts';
import { command } from './reference-sessions.ts';
import { referenceServer, type ReferenceServer } from './reference-server.ts';

/** A server that is not right is told what is not. */

let server: ReferenceServer;
beforeEach(async () => {
  server = referenceServer(await testAuthority());
});

const enrolling = async () => testDevice(server).enroll(server.discoveryUrl, person);

async function expectViolation(work: Promise<unknown>, reason: RegExp): Promise<void> {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(ProtocolViolation);
  expect((error as Error).message).toMatch(reason);
}

describe('enrolment', () => {
  test.each([
    ['Discover', '<AuthPolicy>OnPremise', '<AuthPolicy>Certificate', /the device offered no 'Certificate'/],
    [
      'Discover',
      /<EnrollmentPolicyServiceUrl>.*?<\/EnrollmentPolicyServiceUrl>/,
      '',
      /no EnrollmentPolicyServiceUrl/,
    ],
    [
      'Discover',
      'https://mdm.example.com/EnrollmentServer/Enrollment',
      'https://other.example.com/e',
      /two hosts/,
    ],
    ['Discover', '<a:RelatesTo>', '<a:RelatesTo>urn:', /relates to/],
    ['Discover', '2012/01/enrollment"', '2012/01/Enrollment"', /namespace/],
    [
      'GetPolicies',
      /<cAs xsi:nil="true"\/>(<oIDs>.*<\/oIDs>)/,
      '$1<cAs xsi:nil="true"/>',
      /cAs must come before oIDs/,
    ],
    ['GetPolicies', '<oIDReferenceID>0', '<oIDReferenceID>7', /no oID has the reference 0/],
    ['RSTRC', '#base64binary', '#Base64Binary', /EncodingType/],
    ['RSTRC', /<RequestID.*?<\/RequestID>/, '', /no RequestID/],
    ['document', /<characteristic type="PrivateKeyContainer"\/>/, '', /no PrivateKeyContainer/],
    [
      'document',
      /(<characteristic type="Root">.*?)\n(<characteristic type="CA">.*?)\n/s,
      '$2\n$1\n',
      /Root must come before CA/,
    ],
    [
      'document',
      /<characteristic type="([0-9A-F]{40})">/,
      '<characteristic type="0$1">',
      /the thumbprint of its certificate/,
    ],
    ['document', /<characteristic type="CA">.*?\n/s, '', /not issued by/],
    ['document', /<parm name="AAUTHDATA" value="[^"]*"\/>/, '', /no AAUTHDATA/],
    [
      'document',
      'value="CLIENT"/><parm name="AAUTHTYPE" value="DIGEST"',
      'value="CLIENT"/><parm name="AAUTHTYPE" value="BASIC"',
      /CLIENT must be DIGEST/,
    ],
    ['document', 'My%5CUser', 'My%5CSystem', /not in 'My\\System'/],
    ['document', /Subject=CN%3D\w+/, 'Subject=CN%3Dnobody', /no certificate is found by 'CN=nobody'/],
    ['document', '"PROVIDER-ID"', '"Provider-Id"', /no PROVIDER-ID/],
    [
      'document',
      '<characteristic type="DMClient">',
      '<characteristic type="RootCATrustedCertificates"/><characteristic type="DMClient">',
      /0x83750005/,
    ],
    ['document', 'value="8" datatype="integer"', 'value="8"', /NumberOfFirstRetries is '8' of type none/],
    ['document', '<characteristic type="Poll">', '<characteristic type="poll">', /no Poll/],
  ] as const)('%s, %s', async (what, from, to, reason) => {
    server.change = (text, changed) => (changed === what ? text.replace(from, to) : text);
    await expectViolation(enrolling(), reason);
  });

  test.each([
    [{ headers: {} }, /no Content-Length/],
    [{ headers: { 'transfer-encoding': 'chunked' } }, /comes in chunks/],
    [{ headers: { 'content-length': '2' } }, /Content-Length is 2/],
    [{ headers: { 'content-length': '0', 'content-encoding': 'gzip' } }, /compressed/],
    [{ headers: { 'content-length': '1' }, body: Buffer.from('x') }, /has a body/],
  ])('the probe: %j', async (answer, reason) => {
    server.answers.set('/EnrollmentServer/Discovery.svc', answer);
    await expectViolation(enrolling(), reason);
  });
});

describe('a session', () => {
  const get = command('Get', 'g1', './DevDetail/SwV');
  test.each<[string, string | RegExp, string, RegExp]>([
    ['another namespace', 'SYNCML:SYNCML1.2', 'SYNCML:SYNCML1.1', /no SyncML 1.2/],
    [
      'a meta without a namespace',
      'xmlns="syncml:metinf">int',
      '>int',
      /Format is in the namespace 'SYNCML:SYNCML1.2'/,
    ],
    ['another DTD', '<VerDTD>1.2', '<VerDTD>1.1', /VerDTD is '1.1'/],
    ['another session', /<SessionID>./, '<SessionID>x', /SessionID is 'x'/],
    ['the same MsgID', /<MsgID>\d/, '<MsgID>1', /MsgID is 1 after 1/],
    ['for another device', /<Target><LocURI>/, '<Target><LocURI>x', /the message is for 'x/],
    [
      'the header in another order',
      /(<VerDTD>.*?<\/VerDTD>)(<VerProto>.*?<\/VerProto>)/,
      '$2$1',
      /VerDTD must come before VerProto/,
    ],
    [
      'an item in another order',
      /(<Target><LocURI>.\/Vendor.*?<\/Target>)(<Meta>.*?<\/Meta>)/,
      '$2$1',
      /Target must come before Meta/,
    ],
    ['two commands of one id', '<CmdID>r1', '<CmdID>g1', /'g1' is taken/],
    ['no CmdID', '<CmdID>r1</CmdID>', '', /Replace: it has no CmdID/],
    ['CDATA', '<Data>1<', '<Data><![CDATA[1]]><', /CDATA/],
    ['data that is not escaped', '<Data>1<', '<Data><enabled/><', /Data holds an element enabled/],
    ['a format that is none', '>int<', '>integer<', /no format 'integer'/],
    [
      'data in Get',
      './DevDetail/SwV</LocURI></Target>',
      './DevDetail/SwV</LocURI></Target><Data>1</Data>',
      /Get: its Item has Data/,
    ],
    ['a document type', '<SyncML', '<!DOCTYPE SyncML><SyncML', /document type/],
    ['no status of the header', /<Status><CmdID>s0.*?<\/Status>/, '', /SyncHdr \(0\) has no Status/],
    ['no status of an alert', /<Status><CmdID>s1.*?<\/Status>/, '', /Alert \(2\) has no Status/],
    ['a status of no command', /<CmdRef>2</, '<CmdRef>17<', /CmdRef 17 is no command/],
    ['a status of another message', /<MsgRef>\d/, '<MsgRef>7', /MsgRef is 7/],
    ['something else in the body', '<Final/>', '<Put/><Final/>', /must not hold Put/],
    ['commands after the end', /(<Get>.*)<Final\/>/, '<Final/>$1', /Final must be the last/],
  ])('%s', async (_, from, to, reason) => {
    const { server, device } = await enrolledDevice();
    const replace = command('Replace', 'r1', './Vendor/MSFT/BitLocker/RequireDeviceEncryption', {
      format: 'int',
      data: '1',
    });
    server.rounds.push([get, replace]);
    server.changeMessage = (text) => (text.includes('<Get>') ? text.replace(from, to) : text);
    await expectViolation(device.sync(), reason);
  });

  test('an answer of another type', async () => {
    const { server, device } = await enrolledDevice();
    server.answers.set('/ManagementServer/MDM.svc', {
      headers: { 'content-length': '0', 'content-type': 'text/xml' },
      body: Buffer.alloc(0),
    });
    await expectViolation(device.sync(), /is 'text\/xml'/);
  });

  test('a message that is larger than the device takes', async () => {
    const { server, device } = await enrolledDevice({ maxMsgSize: 2_000 });
    server.rounds.push([
      command('Replace', 'r1', './Vendor/MSFT/BitLocker/SystemDrivesRecoveryOptions', {
        format: 'chr',
        data: 'x'.repeat(2_000),
      }),
    ]);
    await expectViolation(device.sync(), /the device takes 2000/);
  });
});
