import Fastify, { type FastifyBaseLogger } from 'fastify';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Fault } from '../kernel/fault.ts';
import { answerFaults } from './index.ts';

test('a fault is answered; a bug is logged and answered without what it says', async () => {
  let logged = '';
  const log: FastifyBaseLogger = pino({ level: 'error' }, { write: (line: string) => void (logged += line) });
  const server = Fastify({ loggerInstance: log });
  answerFaults(server, (fault, reply) =>
    reply.code(fault ? 400 : 500).send({ code: fault?.code ?? 'unexpected' }),
  );
  server.get('/fault', async () => {
    throw new Fault('inUse', 'It is in use.');
  });
  server.get('/bug', async () => {
    throw new Error('the password is hunter2');
  });

  const answers = await Promise.all(['/fault', '/bug', '/nowhere'].map((url) => server.inject(url)));
  expect(answers.map((answer) => [answer.statusCode, answer.json<unknown>()])).toEqual([
    [400, { code: 'inUse' }],
    [500, { code: 'unexpected' }],
    [400, { code: 'routeNotFound' }],
  ]);
  expect(logged.trim().split('\n')).toHaveLength(1);
  expect(logged).toContain('hunter2');
});
