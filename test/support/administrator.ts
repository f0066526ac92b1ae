import type { Transport } from '../simulated-devices/transport.ts';
import type { TestServer } from './server.ts';

export type Administrator = TestServer['send'];

/** Sends as an administrator, who has no certificate, by the way that devices take. */
export function administratorOf(
  { publicUrl, token }: { readonly publicUrl: string; readonly token: string },
  transport: Transport,
): Administrator {
  return async ({ method = 'GET', url, body }) => {
    const answer = await transport({
      // The transport of devices knows no PATCH.
      method: method as 'POST',
      url: `${publicUrl}${url}`,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: Buffer.from(JSON.stringify(body)) }),
    });
    const text = answer.body.toString();
    const { status, headers } = answer;
    return { status, headers, text, json: text === '' ? undefined : JSON.parse(text) };
  };
}
