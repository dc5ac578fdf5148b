import { adminPassword, type Platform, Rest } from '@tidegate/testing/platform';
import { asSuperuser } from '@tidegate/testing/superuser';
import { runTidegate } from './run-tidegate.ts';

/* What tests of several installations do at each. */
export const ACCOUNT_PASSWORD = 'correct horse battery';

export const run = (at: Platform, ...args: string[]) => runTidegate(at.dataDir, ['organisations', ...args]);

export async function well(at: Platform, ...args: string[]): Promise<string> {
  const { failed, stdout } = await run(at, ...args);
  expect(failed).toBeUndefined();
  return stdout;
}

export async function signUp(at: Platform, name: string) {
  const rest = new Rest(at.url);
  const email = `${name}@example.com`;
  const account = { email, password: ACCOUNT_PASSWORD, name, organisationName: `${name}s` };
  const { status, body } = await rest.post<{ accessToken: string; organisation: { id: string } }>(
    '/api/v1/accounts',
    account,
  );
  expect(status).toBe(201);
  return { rest: rest.as(body.accessToken), orgId: body.organisation.id };
}

export async function made(rest: Rest, path: string, input: object) {
  const { status, body } = await rest.post<{ id: string; key: string; token: string }>(path, input);
  expect({ path, status, body }).toMatchObject({ status: 201 });
  return body;
}

export async function operator(at: Platform): Promise<Rest> {
  const login = { email: 'admin@localhost', password: adminPassword(at) };
  const { body } = await new Rest(at.url).post<{ accessToken: string }>('/api/v1/sessions', login);
  return new Rest(at.url).as(body.accessToken);
}

/** All rows of an organisation, a sum for each table. */
export async function rowsOf(at: Platform, of: string): Promise<Record<string, string>> {
  const tables = await asSuperuser<{ name: string }>(
    at,
    `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id'
      where c.relkind in ('r', 'p') and not c.relispartition and c.relname not in ('outbox', 'idempotency_keys')`,
  );
  const sums: Record<string, string> = {};
  for (const { name } of tables) {
    const [row] = await asSuperuser<{ rows: string; sum: string }>(
      at,
      `select count(*) as rows, md5(string_agg(t::text, '|' order by t::text)) as sum from ${name} t where org_id = $1`,
      [of],
    );
    if (row && row.rows !== '0') sums[name] = `${row.rows} ${row.sum}`;
  }
  return sums;
}
