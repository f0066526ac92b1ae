export { serverAt } from './client.ts';
export { openJournal } from './journal.ts';
export { lockFolder } from './lock.ts';
export { runAgent } from './run-agent.ts';
export type { Account } from './run-script.ts';
