import Fastify from 'fastify';
import pg from 'pg';

/**
 * What everything is compared with: a Fastify route that does one primary-key read and answers with the stored JSON; and one that takes
 * any body and answers nothing.
 */
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 16 });
const server = Fastify();
server.get('/item/:id', async (request) => {
  const { id } = request.params as { id: string };
  const { rows } = await pool.query('select document from bench_item where id = $1', [id]);
  return rows[0].document;
});
server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
server.put('/call/:id', async (request) => {
  const { id } = request.params as { id: string };
  await pool.query('select document from bench_item where id = $1', [id]);
  return '';
});
const address = await server.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`listening ${address}\n`);
process.on('SIGTERM', () => {
  void server
    .close()
    .then(() => pool.end())
    .then(() => process.exit(0));
});
