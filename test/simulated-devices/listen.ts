import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DeviceRequest, DeviceResponse, Transport } from './transport.ts';

/** Makes a server of a test reachable over HTTP; it has the origin that is given, which is `http://127.0.0.1:<port>`. */
export async function listen<Server extends { readonly transport: Transport }>(
  make: (origin: string) => Server,
): Promise<{ readonly server: Server; readonly close: () => Promise<void> }> {
  const http = createServer((request, response) => {
    void answer(request).then(({ status, headers, body }) =>
      response.writeHead(status, { 'content-length': body.length, ...headers }).end(body),
    );
  });
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const server = make(origin);

  async function answer(request: IncomingMessage): Promise<DeviceResponse> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return server.transport({
      method: request.method as DeviceRequest['method'],
      url: `${origin}${request.url}`,
      headers: request.headers as Record<string, string>,
      body: Buffer.concat(chunks),
    });
  }
  return {
    server,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}
