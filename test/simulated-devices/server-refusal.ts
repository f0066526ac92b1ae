/** The server's answer was not 200. */
export class ServerRefusal extends Error {
  readonly status: number;
  readonly body: Buffer;

  constructor(what: string, status: number, body: Buffer) {
    super(`${what} was answered ${status}: ${body.subarray(0, 500).toString()}`);
    this.name = 'ServerRefusal';
    this.status = status;
    this.body = body;
  }
}
