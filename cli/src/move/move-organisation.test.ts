import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePair } from '@tidegate/backup/kernel/keys';
import { openStream, sealStream } from '@tidegate/backup/kernel/sealed-stream';
import { type Platform, Rest, startPlatform } from '@tidegate/testing/platform';
import { asSuperuser } from '@tidegate/testing/superuser';
import { until } from '@tidegate/testing/until';
import { ACCOUNT_PASSWORD, made, operator, rowsOf, run, signUp, well } from '../../test/installations.ts';
import { runTidegate } from '../../test/run-tidegate.ts';
import { vaultSettings, withVault } from '../service-vaults.ts';

/* Two installations, each with its own database, bus and keys. Each test goes on where the one before ended. */
const PASSPHRASE = 'a passphrase that is long enough';
const SERVER_PASSWORD = 'password-of-a-watched-server';
const folder = mkdtempSync(join(tmpdir(), 'tidegate-move-'));
const file = join(folder, 'harbour.tidegate');
const passphraseFile = join(folder, 'passphrase');
const SETTINGS = {
  ...{ market: 'BTC-USDT', direction: 'long', baseOrder: '100', takeProfit: { percent: '0.8' } },
  averagingOrders: { count: 2, size: '100', deviationPercent: '0.5' },
};
const SEALED = ['--passphrase-file', passphraseFile];
// Opened at once, where a passphrase takes seconds.
let pair: { identity: string; recipient: string };
const identityFile = join(folder, 'identity');
const OPENED = ['--identity', identityFile];

let home: Platform;
let target: Platform;
let orgId: string;
let owner: Rest;
let apiKey: string;
let botId: string;
let before: Awaited<ReturnType<typeof figures>>;
let neighbourId: string;
let neighbour: Record<string, string>;

beforeAll(async () => {
  writeFileSync(passphraseFile, `${PASSPHRASE}\n`);
  pair = await makePair();
  writeFileSync(identityFile, pair.identity);
  [home, target] = await Promise.all([startPlatform(), startPlatform()]);
});
afterAll(async () => {
  await Promise.all([home.stop(), target.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

/** What the books say, in the words of the API. */
async function figures(at: Platform) {
  const ops = await operator(at);
  const read = async (path: string) => (await ops.get<Record<string, unknown>>(path)).body;
  const balances = await asSuperuser(
    at,
    `select currency, sum(amount_minor)::text as amount, count(*)::int as changes from billing.balance_changes where org_id = $1 group by 1`,
    [orgId],
  );
  const ledger = await asSuperuser(
    at,
    `select count(*)::int as entries, sum(amount)::text as amount, (array_agg(balance::text order by sequence desc))[1] as balance
       from bot_executor.ledger where org_id = $1`,
    [orgId],
  );
  const used = await asSuperuser(
    at,
    'select meter, sum(used)::text as used from usage.usage_balances where org_id = $1 group by 1 order by 1',
    [orgId],
  );
  return { credits: await read(`/api/v1/operator/organisations/${orgId}/credits`), balances, ledger, used };
}

test('an organisation that is frozen can be read and not be changed, its bots rest, and thawed it goes on', async () => {
  const signed = await signUp(home, 'harbour');
  ({ rest: owner, orgId } = signed);
  const guest = await made(owner, '/api/v1/invitations', { email: 'guest@example.com', role: 'editor' });
  const guestAccount = { email: 'guest@example.com', password: ACCOUNT_PASSWORD, name: 'Guest at home' };
  const joined = await new Rest(home.url).post<{ accessToken: string }>('/api/v1/accounts', guestAccount);
  await new Rest(home.url).as(joined.body.accessToken).post('/api/v1/invitations/accept', { token: guest.token });
  apiKey = (await made(owner, '/api/v1/api-keys', { name: 'key', scopes: ['bots:read', 'bots:write'] })).key;
  await made(owner, '/api/v1/servers', {
    ...{ name: 'ledger-db', host: '127.0.0.1', port: 1, database: 'd', user: 'u', password: SERVER_PASSWORD },
  });
  await made(owner, '/api/v1/channels', { kind: 'webhook', url: 'https://1.1.1.1/hooks?token=in-the-url' });
  botId = (await made(owner, '/api/v1/bots', { name: 'bot', settings: SETTINGS })).id;
  expect((await owner.post(`/api/v1/bots/${botId}/start`)).status).toBe(200);
  const ops = await operator(home);
  await made(ops, `/api/v1/operator/organisations/${orgId}/grants`, { feature: 'bots', value: 3, reason: 'a promise' });
  await asSuperuser(
    home,
    `insert into billing.balance_changes (org_id, id, effect_key, currency, amount_minor, reason, changed_by)
     values ($1, gen_random_uuid(), 'test', 'EUR', 12345, 'paid in advance', 'operator')`,
    [orgId],
  );
  await until(
    async () => (await owner.get<{ items: unknown[] }>(`/api/v1/bots/${botId}/trades`)).body.items.length > 0,
    { what: 'a trade of the bot' },
  );

  expect(await well(home, 'export', orgId, '--to', join(folder, 'rehearsal'), ...SEALED)).toContain('It is not frozen');
  const exported = JSON.parse(
    await well(home, 'export', orgId, '--to', file, '--freeze', '--json', '--recipient', pair.recipient),
  );
  expect(exported).toMatchObject({ frozen: true, organisation: { id: orgId, name: 'harbours' } });
  expect(await owner.get('/api/v1/bots')).toMatchObject({ status: 200 });
  expect(await owner.post(`/api/v1/bots/${botId}/stop`)).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  expect(await new Rest(home.url, apiKey).post(`/api/v1/bots/${botId}/stop`)).toMatchObject({ status: 503 });
  const leases = () => asSuperuser(home, 'select from bot_executor.bot_leases where org_id = $1', [orgId]);
  expect(await leases()).toEqual([]);
  const found = await runTidegate(home.dataDir, ['doctor', '--json']);
  expect(found.stdout).toContain(`organisation ${orgId} is frozen by a move since`);

  expect(await well(home, 'thaw', orgId)).toContain('goes on here');
  expect((await run(home, 'thaw', orgId)).stderr).toContain('is not frozen here');
  expect(await leases()).toHaveLength(1);
  expect((await owner.post('/api/v1/bots', { name: 'another', settings: SETTINGS })).status).toBe(201);

  rmSync(file);
  await well(home, 'export', orgId, '--to', file, '--freeze', '--recipient', pair.recipient);
  expect((await run(home, 'export', orgId, '--to', file, ...SEALED)).stderr).toContain('is there already');
  before = await figures(home);
  expect(before.ledger).toMatchObject([{ entries: expect.any(Number) }]);
});

test('one byte that is another, or missing, or another key, and nothing of the file is kept', async () => {
  neighbourId = (await signUp(target, 'neighbour')).orgId;
  // Her account is here already, with a name and an organisation of its own.
  const own = await signUp(target, 'harbour');
  await until(async () => (await rowsOf(target, own.orgId))['usage.entitlement_snapshots'], { what: 'the neighbours' });
  await until(async () => (await rowsOf(target, neighbourId))['notifier.owners'], { what: 'the neighbours' });
  neighbour = await rowsOf(target, neighbourId);
  const whole = readFileSync(file);
  const broken = join(folder, 'broken');
  for (const place of [0.3, 0.6, 0.9, 1]) {
    const bytes = Buffer.from(whole);
    const at = Math.min(bytes.length - 1, Math.floor(bytes.length * place));
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    writeFileSync(broken, bytes);
    expect((await run(target, 'import', broken, ...OPENED)).stderr).toContain('is damaged');
  }
  writeFileSync(broken, whole.subarray(0, whole.length - 1));
  expect((await run(target, 'import', broken, ...OPENED)).stderr).toContain('is damaged');
  writeFileSync(join(folder, 'other'), (await makePair()).identity);
  const other = await run(target, 'import', file, '--identity', join(folder, 'other'));
  expect(other.stderr).toContain('was sealed for another key');
  expect(await rowsOf(target, orgId)).toEqual({});
});

test('whatever a file says, it writes rows of its own organisation only, and none of them when one is wrong', async () => {
  const lines: string[] = [];
  const clear = openStream(
    (async function* () {
      yield readFileSync(file);
    })(),
    { identities: [pair.identity] },
    'file',
  );
  const parts: Buffer[] = [];
  for await (const part of clear) parts.push(part);
  lines.push(...Buffer.concat(parts).toString().trimEnd().split('\n'));
  const forged = join(folder, 'forged');
  const refusal = async (change: (lines: string[]) => string[]): Promise<string> => {
    const changed = change([...lines]);
    const sealed = sealStream(
      (async function* () {
        yield changed.map((line) => `${line}\n`).join('');
      })(),
      { recipients: [pair.recipient] },
    );
    const chunks: Uint8Array[] = [];
    for await (const chunk of sealed) chunks.push(chunk);
    writeFileSync(forged, Buffer.concat(chunks));
    const { failed, stderr } = await run(target, 'import', forged, ...OPENED);
    expect(failed).toBeDefined();
    return stderr;
  };
  /** The first row of a table, changed. */
  const row = (table: string, change: (row: Record<string, unknown>) => void) => (all: string[]) => {
    const at = all.findIndex((line) => line.includes(`"table":"${table}"`)) + 1;
    expect(at).toBeGreaterThan(0);
    const data = JSON.parse(all[at] as string);
    change(data);
    all[at] = JSON.stringify(data);
    return all;
  };
  const header = (change: (header: Record<string, unknown>) => void) => (all: string[]) => {
    const data = JSON.parse(all[0] as string);
    change(data);
    return [JSON.stringify(data), ...all.slice(1)];
  };
  expect(await refusal(row('channels', (one) => Object.assign(one, { org_id: neighbourId })))).toContain(
    'may not be written',
  );
  expect(await refusal(row('servers', (one) => Object.assign(one, { port: 'x' })))).toContain('invalid input syntax');
  expect(await refusal(row('servers', (one) => delete one['host']))).toContain('all of its columns');
  expect(await refusal(row('orders', (one) => Object.assign(one, { position: 2 ** 60 })))).toContain(
    'nothing counts that far',
  );
  expect(await refusal(row('members', (one) => Object.assign(one, { role: 'god' })))).toContain('check constraint');
  expect(await refusal(row('api_keys', (one) => Object.assign(one, { scopes: ['operator'] })))).toContain(
    'no role gives',
  );
  const [admin] = await asSuperuser<{ id: string }>(target, 'select id from identity.users where is_operator');
  expect(await refusal(row('members', (one) => Object.assign(one, { user_id: admin?.id })))).toContain(
    'not among its people',
  );
  const elsewhere = '{"service":"identity","table":"users","rows":1,"from":null}';
  expect(await refusal(([first = '', ...rest]) => [first, elsewhere, '{"id":1}', ...rest])).toContain('is not moved');
  expect(await refusal((all) => all.slice(0, -1))).toContain('it has no end');
  expect(await refusal((all) => [...all, '{}'])).toContain('it goes on after its end');
  expect(await refusal((all) => all.filter((_, at) => at !== 3))).toMatch(/refused|identity|notifier/);
  expect(await refusal(header((one) => Object.assign(one, { release: '0.0.1' })))).toContain('is of release 0.0.1');
  expect(await refusal(header((one) => Object.assign(one, { stripeCustomers: ['cus_1'] })))).toContain(
    '--same-stripe-account',
  );
  expect(
    await refusal(header((one) => Object.assign(one, { organisation: { id: neighbourId, name: 'x' } }))),
  ).toContain('is here already');
  const dearer = header((one) => {
    for (const version of one['versions'] as { definition: object }[])
      Object.assign(version.definition, { name: 'Dearer' });
  });
  expect(await refusal(dearer)).toContain('does not sell the same as plan main.free');
  expect(await rowsOf(target, orgId)).toEqual({});
  expect(await rowsOf(target, neighbourId)).toEqual(neighbour);
  const made = await asSuperuser(target, "select from identity.users where email = 'guest@example.com'");
  expect(made).toEqual([]);
});

test('interrupted between two services it is nobody’s, and the same file goes on with what is missing', async () => {
  await asSuperuser(
    target,
    `create function usage.cut() returns trigger language plpgsql as $$ begin raise exception 'cut here'; end $$;
     create constraint trigger cut after insert on usage.moving_organisations deferrable initially deferred
       for each row execute function usage.cut();`,
  );
  expect((await run(target, 'import', file, ...OPENED)).stderr).toContain('cut here');
  const half = await rowsOf(target, orgId);
  expect(Object.keys(half)).toContain('bot_executor.bots');
  expect(Object.keys(half).filter((name) => /^(usage|identity)\./.test(name))).toEqual([]);
  expect(await new Rest(target.url, apiKey).get('/api/v1/bots')).toMatchObject({ status: 401 });
  expect((await run(target, 'import', join(folder, 'rehearsal'), ...SEALED)).stderr).toContain('was interrupted');
  await asSuperuser(target, 'drop trigger cut on usage.moving_organisations');
  expect(await well(target, 'import', file, ...OPENED)).toContain('harbours');
  expect(await well(target, 'import', file, ...OPENED)).toContain('Nothing was changed');
  expect((await run(target, 'import', join(folder, 'rehearsal'), ...SEALED)).stderr).toContain('is here already');
});

test('what it had it has: books, rows, keys, secrets; people are linked and stay who they are', async () => {
  expect(await figures(target)).toEqual(before);
  const [there, here] = [await rowsOf(home, orgId), await rowsOf(target, orgId)];
  const same = [
    'bot_executor.trades',
    'bot_executor.orders',
    'bot_executor.fills',
    'bot_executor.ledger',
    'billing.grants',
    'usage.usage_hours',
    'usage.usage_events',
    'notifier.channels',
  ];
  for (const table of same) expect({ table, rows: here[table] }).toEqual({ table, rows: there[table] });
  expect(await rowsOf(target, neighbourId)).toEqual(neighbour);

  const people = await asSuperuser<{ email: string; role: string; name: string; is_operator: boolean }>(
    target,
    `select u.email, m.role, u.name, u.is_operator from identity.members m join identity.users u on u.id = m.user_id
      where m.org_id = $1 order by 1`,
    [orgId],
  );
  expect(people).toEqual([
    { email: 'guest@example.com', role: 'editor', name: 'Guest at home', is_operator: false },
    { email: 'harbour@example.com', role: 'owner', name: 'harbour', is_operator: false },
  ]);
  // The new account has a password that nobody knows, and no proven address.
  const guest = { email: 'guest@example.com', password: ACCOUNT_PASSWORD };
  expect((await new Rest(target.url).post('/api/v1/sessions', guest)).status).toBe(401);

  const settings = await vaultSettings({ PATH: process.env['PATH'], DATA_DIR: target.dataDir });
  const password = await withVault(settings, 'monitor-agent', async ({ tenants, vault }) =>
    tenants.run(orgId, async (tx) => {
      const row = await tx.one<{ id: string; password: string }>('select id, password from servers where org_id = $1', [
        orgId,
      ]);
      const place = { orgId, table: 'servers', column: 'password', recordId: row?.id ?? '' };
      return vault.open(tx, place, row?.password ?? '');
    }),
  );
  expect(password).toBe(SERVER_PASSWORD);
});

test('bots rest until somebody starts them, and what comes next is counted on', async () => {
  const key = new Rest(target.url, apiKey);
  // A gateway remembers for a moment that there was no such key.
  const bot = await until(
    async () => {
      const answer = await key.get(`/api/v1/bots/${botId}`);
      return answer.status === 200 && answer;
    },
    { withinMs: 60_000, what: 'the API key' },
  );
  expect(bot).toMatchObject({ body: { status: 'halted', halted: { reason: 'moved' } } });
  expect(await asSuperuser(target, 'select from bot_executor.bot_leases where org_id = $1', [orgId])).toEqual([]);
  const orders = async () => {
    const [row] = await asSuperuser<{ most: string; count: string }>(
      target,
      'select max(position) as most, count(*) as count from bot_executor.orders where org_id = $1',
      [orgId],
    );
    return { most: Number(row?.most), count: Number(row?.count) };
  };
  const brought = await orders();
  expect((await key.post(`/api/v1/bots/${botId}/start`)).status).toBe(200);
  const another = await made(key, '/api/v1/bots', { name: 'made here', settings: SETTINGS });
  expect((await key.post(`/api/v1/bots/${another.id}/start`)).status).toBe(200);
  const more = await until(
    async () => {
      const now = await orders();
      return now.count > brought.count && now;
    },
    { what: 'another order' },
  );
  expect(more.most).toBeGreaterThan(brought.most);

  const { body } = await new Rest(target.url).post<{ accessToken: string }>('/api/v1/sessions', {
    ...{ email: 'harbour@example.com', password: ACCOUNT_PASSWORD },
  });
  const chosen = await new Rest(target.url)
    .as(body.accessToken)
    .post<{ accessToken: string }>('/api/v1/sessions/organisation', { organisationId: orgId });
  const me = new Rest(target.url).as(chosen.body.accessToken);
  expect(await me.get('/api/v1/servers')).toMatchObject({ status: 200, body: { items: [{ name: 'ledger-db' }] } });
  expect((await me.post(`/api/v1/bots/${botId}/stop`)).status).toBe(200);
});

test('what it has left behind is deleted at its former home, and at the new one nothing happens', async () => {
  expect((await run(target, 'remove', orgId)).stderr).toContain('is not frozen here');
  const { rest } = await signUp(home, 'bystander');
  expect(await well(home, 'remove', orgId)).toContain('is deleted here');
  const left = ['deleted_organisations', 'data_keys', 'kept_invoices'];
  await until(
    async () => Object.keys(await rowsOf(home, orgId)).every((table) => left.some((one) => table.endsWith(`.${one}`))),
    { withinMs: 60_000, what: 'its rows to go' },
  );
  expect((await rest.get('/api/v1/bots')).status).toBe(200);
  expect((await new Rest(target.url, apiKey).get('/api/v1/bots')).status).toBe(200);
  const back = join(folder, 'back');
  await well(target, 'export', orgId, '--to', back, ...SEALED);
  expect((await run(home, 'import', back, ...SEALED)).stderr).toContain(
    'was deleted; what was deleted does not come back',
  );
});
