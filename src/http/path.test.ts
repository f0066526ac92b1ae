import Fastify, { type FastifyReply } from 'fastify';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Fault } from '../kernel/fault.ts';
import { longestParameter, pathFinder, queryOf, segmentsOf } from './path.ts';

const urls = ['/a', '/a/{x}', '/a/b', '/{x}/b', '/a/{x}/c', '/a/b/{y}', '/{x}/{y}/c'];
const find = pathFinder(urls.map((url) => ({ url })));

const server = Fastify({
  frameworkErrors: (_error, _request, reply: FastifyReply) => void reply.code(400).send(),
  routerOptions: {
    ignoreTrailingSlash: true,
    ignoreDuplicateSlashes: true,
    maxParamLength: longestParameter,
  },
});
beforeAll(async () => {
  for (const url of urls) {
    server.get(url.replaceAll(/\{(\w)\}/g, ':$1'), async ({ params, query }) => ({ url, params, query }));
  }
  await server.ready();
});
afterAll(() => server.close());

function found(url: string): unknown {
  try {
    const match = find(segmentsOf(url));
    return match ? { url: match.target.url, params: match.params, query: { ...queryOf(url) } } : 404;
  } catch (error) {
    return error instanceof Fault && error.code === 'malformedBody' ? 400 : error;
  }
}

test('a path leads to what the HTTP router finds there, with the same parameters', async () => {
  const segment = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'c') },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        '%61',
        '%2F',
        '%2f%25',
        '%252F',
        'B',
        '+',
        'ä%C3%A4',
        '%C3%A4',
        '{x}',
        'a;b',
      ),
    },
    { weight: 1, arbitrary: fc.constantFrom('', '%', '%zz', '%E4', '%2') },
  );
  const query = fc.string({
    unit: fc.constantFrom('a', 'b', '=', '&', '+', '%', '%20', '%C3%A4', '%E4', '[]', '?', '/'),
  });
  const url = fc.record({
    segments: fc.array(segment, { minLength: 1, maxLength: 4 }),
    closing: fc.constantFrom('', '/', '//'),
    query: fc.option(query),
  });
  await fc.assert(
    fc.asyncProperty(url, async ({ segments, closing, query: text }) => {
      const sent = `/${segments.join('/')}${closing}${text === null ? '' : `?${text}`}`;
      const answer = await server.inject({ url: sent });
      const { statusCode } = answer;
      expect(found(sent), sent).toEqual(statusCode === 200 ? answer.json() : statusCode);
    }),
    { numRuns: 1_000 },
  );
});

test('a parameter has a greatest length', async () => {
  for (const [length, status] of [
    [longestParameter, 200],
    [longestParameter + 1, 400],
  ]) {
    const url = `/a/${'x'.repeat(length!)}`;
    expect((await server.inject({ url })).statusCode).toBe(status);
    expect(found(url)).toEqual(status === 200 ? expect.objectContaining({ url: '/a/{x}' }) : status);
  }
});
