import { describe, expect, test } from 'vitest';
import { Fault, notFound } from '../../kernel/fault.ts';
import { directoryObjectNotFound, graphError, graphInternalError, type ErrorContext } from './errors.ts';
import { refusal, violation } from './violation.ts';

const intune: ErrorContext = {
  flavour: 'intune',
  requestId: 'r-1',
  clientRequestId: 'c-1',
  date: new Date('2026-01-07T04:43:04.500Z'),
  url: 'https://localhost:8443/beta/deviceManagement/deviceConfigurations',
};
const directory: ErrorContext = { ...intune, flavour: 'directory' };

test('the envelope', () => {
  const { status, body } = graphError(new Fault('tokenMissing', 'No token.'), intune);
  expect(status).toBe(401);
  expect(body).toEqual({
    error: {
      code: 'InvalidAuthenticationToken',
      message: 'Access token is empty.',
      details: [{ code: 'InvalidAuthenticationToken', message: 'Access token is empty.' }],
      innerError: { date: '2026-01-07T04:43:04', 'request-id': 'r-1', 'client-request-id': 'c-1' },
    },
  });
});

test('Intune nests its message, and the sentence stands plainly beside it', () => {
  const { status, body } = graphError(notFound('Device configuration', '42'), intune);
  expect(status).toBe(404);
  expect(body.error.code).toBe('ResourceNotFound');
  expect(body.error.message).toContain('\r\n');
  expect(JSON.parse(body.error.message)).toEqual({
    _version: 3,
    Message:
      "Device configuration '42' does not exist. - Operation ID (for customer support): 00000000-0000-0000-0000-000000000000 - Activity ID: c-1 - Url: https://localhost:8443/beta/deviceManagement/deviceConfigurations",
    CustomApiErrorPhrase: '',
    RetryAfter: null,
    ErrorSourceService: '',
    HttpHeaders: '{}',
  });
  expect(body.error.details).toEqual([
    { code: 'ResourceNotFound', message: "Device configuration '42' does not exist." },
  ]);
});

test('the directory does not nest', () => {
  const { body } = graphError(directoryObjectNotFound('42'), directory);
  expect(body.error.code).toBe('Request_ResourceNotFound');
  expect(body.error.message).toBe(
    "Resource '42' does not exist or one of its queried reference-property objects are not present.",
  );
});

describe('a missing permission', () => {
  const accepted = ['DeviceManagementServiceConfig.Read.All', 'DeviceManagementServiceConfig.ReadWrite.All'];
  const fault = new Fault('forbidden', 'No.', { accepted });
  const sentence =
    'Application is not authorized to perform this operation. Application must have one of the following scopes: DeviceManagementServiceConfig.Read.All, DeviceManagementServiceConfig.ReadWrite.All';

  test('Intune lists the accepted ones', () => {
    const { status, body } = graphError(fault, intune);
    expect([status, body.error.code]).toEqual([403, 'Forbidden']);
    expect((JSON.parse(body.error.message) as { Message: string }).Message).toContain(
      `${sentence} - Operation ID`,
    );
  });

  test('the directory says little, its details more', () => {
    const { status, body } = graphError(fault, directory);
    expect([status, body.error.code]).toEqual([403, 'Authorization_RequestDenied']);
    expect(body.error.message).toBe('Insufficient privileges to complete the operation.');
    expect(body.error.details[0]?.message).toBe(sentence);
  });
});

test('each violation is a detail with its own code and target', () => {
  const fault = refusal([
    violation('@odata.type', 'Cannot create an abstract class.', 'ModelValidationFailure'),
    violation('x', "The property 'x' does not exist."),
    violation('', 'The request body must be a JSON object.'),
  ]);
  const { status, body } = graphError(fault, intune);
  expect([status, body.error.code]).toEqual([400, 'ModelValidationFailure']);
  expect(body.error.details).toEqual([
    { code: 'ModelValidationFailure', message: 'Cannot create an abstract class.', target: '@odata.type' },
    { code: 'BadRequest', message: "The property 'x' does not exist.", target: 'x' },
    { code: 'BadRequest', message: 'The request body must be a JSON object.' },
  ]);
});

test.each([
  ['invalidInput', 400, 'BadRequest', 'Request_BadRequest'],
  ['malformedBody', 400, 'BadRequest', 'Request_BadRequest'],
  ['tokenMalformed', 401, 'InvalidAuthenticationToken', 'InvalidAuthenticationToken'],
  ['tokenExpired', 401, 'InvalidAuthenticationToken', 'InvalidAuthenticationToken'],
  ['routeNotFound', 400, 'BadRequest', 'BadRequest'],
  ['methodNotAllowed', 405, 'BadRequest', 'Request_BadRequest'],
  ['preconditionFailed', 412, 'PreconditionFailed', 'PreconditionFailed'],
  ['tooManyRequests', 429, 'TooManyRequests', 'TooManyRequests'],
  ['unavailable', 503, 'ServiceUnavailable', 'ServiceUnavailable'],
] as const)('%s is %d', (code, status, intuneCode, directoryCode) => {
  const fault = new Fault(code, 'Why.');
  expect(graphError(fault, intune)).toMatchObject({ status, body: { error: { code: intuneCode } } });
  expect(graphError(fault, directory)).toMatchObject({ status, body: { error: { code: directoryCode } } });
});

test.each([
  ['tokenMalformed', 'CompactToken parsing failed with error code: 80049217'],
  ['tokenExpired', 'Lifetime validation failed, the token is expired.'],
  ['tokenWrongAudience', 'Access token validation failure. Invalid audience.'],
] as const)('%s is said in the words of the service', (code, message) => {
  expect(graphError(new Fault(code, 'Why.'), intune).body.error.message).toBe(message);
});

test('a bug tells nothing', () => {
  const { status, body } = graphInternalError(intune);
  expect([status, body.error.code]).toEqual([500, 'InternalServerError']);
  expect(body.error.details).toEqual([{ code: 'InternalServerError', message: 'An error has occurred.' }]);
});
