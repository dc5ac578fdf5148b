import { randomBytes } from 'node:crypto';
import { migrate } from '@tidegate/database/migrate';
import { matchesVerifier } from '@tidegate/database/scram-verifier';
import { type TestSchema, testSchema } from '@tidegate/testing/schema';
import pg from 'pg';

let schema: TestSchema;
beforeAll(async () => {
  schema = await testSchema('create extension if not exists pg_stat_statements schema public');
});
afterAll(() => schema.close());

const verifierOf = async (role: string) =>
  (await schema.sql<{ rolpassword: string }>('select rolpassword from pg_authid where rolname = $1', [role]))[0]
    ?.rolpassword as string;

test.each(['c4nary-pg-91f2', 'größer: %s $1 ’ﬁ\u00a0x'])(
  'a role gets the password %p, logs in with it, and no readable statement contains it',
  async (secret) => {
    const { host, port, database } = schema.login;
    const role = `scram_${randomBytes(4).toString('hex')}`;
    const password = `${secret}${role}`;
    const run = () => migrate(schema.admin, [{ schema: role, role, password, folders: [] }]);
    await run();
    const verifier = await verifierOf(role);
    expect(matchesVerifier(verifier, password)).toBe(true);
    expect(Number(/\$(\d+):/.exec(verifier)?.[1])).toBeGreaterThanOrEqual(4_096);

    const client = new pg.Client({ host, port, database, user: role, password });
    await client.connect();
    await client.end();
    const wrong = new pg.Client({ host, port, database, user: role, password: `${password}x` });
    await expect(wrong.connect()).rejects.toMatchObject({ code: '28P01' });

    // Nothing to do: the verifier stays.
    await run();
    expect(await verifierOf(role)).toBe(verifier);
    const seen = await schema.sql<{ query: string }>(
      'select query from public.pg_stat_statements where query ilike $1',
      [`%${role}%`],
    );
    expect(seen.some(({ query }) => /alter role .* password/i.test(query))).toBe(true);
    expect(seen.filter(({ query }) => query.includes(secret))).toEqual([]);
    await schema.sql(`drop schema ${role} cascade`);
    await schema.sql(`drop owned by ${role}; drop role ${role}`);
  },
);
