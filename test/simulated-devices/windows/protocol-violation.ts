/** What a server sent is not as the protocol has it: what was wrong, and where. */
export class ProtocolViolation extends Error {
  constructor(where: string, problem: string) {
    super(`${where}: ${problem}`);
    this.name = 'ProtocolViolation';
  }
}
