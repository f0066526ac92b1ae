import { parseArgs } from 'node:util';
import { benchmarkAppleCheckin } from './apple-checkin.ts';
import { benchmarkOperations } from './operations.ts';
import { benchmarkPolicies } from './policies.ts';
import { benchmarkWindowsSession } from './windows-session.ts';

const benchmarks = {
  operations: benchmarkOperations,
  policies: benchmarkPolicies,
  'apple-checkin': benchmarkAppleCheckin,
  'windows-session': benchmarkWindowsSession,
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '64' },
    devices: { type: 'string', default: '1000,10000,100000' },
    pcs: { type: 'string', default: '1000' },
  },
});
const devices = values.devices.split(',').map(Number);
if (!devices.every((count) => Number.isInteger(count) && count > 0))
  throw new Error(`--devices takes whole numbers with commas between them, not '${values.devices}'.`);
const names = positionals.length > 0 ? positionals : Object.keys(benchmarks);
for (const name of names) {
  const run = benchmarks[name as keyof typeof benchmarks];
  if (!run)
    throw new Error(`There is no benchmark '${name}'; there are ${Object.keys(benchmarks).join(', ')}.`);
  await run({
    seconds: Number(values.seconds),
    rounds: Number(values.rounds),
    connections: Number(values.connections),
    devices,
    pcs: Number(values.pcs),
  });
}
