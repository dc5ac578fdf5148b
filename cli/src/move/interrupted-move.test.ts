import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePair } from '@tidegate/backup/kernel/keys';
import { type Platform, Rest, startPlatform } from '@tidegate/testing/platform';
import { type StripeDouble, startStripe } from '@tidegate/testing/stripe/start-stripe';
import { asSuperuser, withSuperuser } from '@tidegate/testing/superuser';
import { programEnvironment } from '@tidegate/testing/test-run';
import { until } from '@tidegate/testing/until';
import { made, operator, rowsOf, run, signUp, well } from '../../test/installations.ts';

/*
 * Two installations with keys of one account of Stripe. Each command is killed where it waits for a lock, half done. Each test
 * goes on where the one before ended.
 */
const folder = mkdtempSync(join(tmpdir(), 'tidegate-interrupted-'));
const file = join(folder, 'harbour.tidegate');
const identityFile = join(folder, 'identity');
const OPENED = ['--identity', identityFile];
let sealed: string[];
let stripe: StripeDouble;
let home: Platform;
let target: Platform;
let orgId: string;
let owner: Rest;
let apiKey: string;

beforeAll(async () => {
  const pair = await makePair();
  sealed = ['--recipient', pair.recipient];
  writeFileSync(identityFile, pair.identity);
  stripe = await startStripe({ keys: { sk_test_at_its_home: 'acct_both', sk_test_at_the_target: 'acct_both' } });
  const pays = (key: string) => ({ STRIPE_SECRET_KEY: key, STRIPE_API_BASE: stripe.origin });
  [home, target] = await Promise.all([
    startPlatform({ env: pays('sk_test_at_its_home') }),
    startPlatform({ env: pays('sk_test_at_the_target') }),
  ]);
});
afterAll(async () => {
  await Promise.all([home.stop(), target.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

/** Connections of a command, and whether one of them waits for a lock. */
const commands = (at: Platform) =>
  asSuperuser<{ waits: boolean }>(
    at,
    `select coalesce(wait_event_type, '') = 'Lock' as waits from pg_stat_activity
      where application_name like 'tidegate move%'`,
  );

/** A command of its own process that ends by SIGKILL as soon as it waits for what `lock` has locked. */
function killed(at: Platform, lock: string, ...args: string[]): Promise<void> {
  return withSuperuser(at, async (client) => {
    await client.query('begin');
    await client.query(lock);
    const child = spawn(process.execPath, ['cli/dist/main.js', 'organisations', ...args], {
      env: { ...programEnvironment(), DATA_DIR: at.dataDir },
      stdio: 'ignore',
    });
    const ended = new Promise((done) => child.once('exit', (_, signal) => done(signal)));
    const waits = until(async () => (await commands(at)).some((one) => one.waits), {
      withinMs: 60_000,
      what: `${args[0]} to wait`,
    });
    waits.catch(() => undefined);
    await Promise.race([waits, ended]);
    child.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    await client.query('rollback');
    await until(async () => (await commands(at)).length === 0, { withinMs: 30_000, what: 'its connections to end' });
  });
}

const MARKS_OF_USAGE = 'lock table usage.moving_organisations in share mode';
const writes = async () => (await new Rest(home.url, apiKey).post(`/api/v1/bots/${orgId}/stop`)).status;
/** There is no such bot, which is said where it may be stopped. */
const WORKS = 404;
const MOVES = 503;

test('a freeze that is killed half-way is ended by thaw or by another, and nothing of it is removed meanwhile', async () => {
  ({ rest: owner, orgId } = await signUp(home, 'harbour'));
  apiKey = (await made(owner, '/api/v1/api-keys', { name: 'key', scopes: ['bots:read', 'bots:write'] })).key;
  const ops = await operator(home);
  expect(await ops.post('/api/v1/operator/stripe/publish', {})).toMatchObject({ status: 200 });
  const order = { product: 'main', plan: 'pro' };
  const page = await until(
    async () => {
      const answer = await owner.post<{ url: string; sessionId: string }>('/api/v1/billing/checkout', order);
      return answer.status === 201 && answer.body;
    },
    { what: 'a page to pay on' },
  );
  expect((await stripe.visit(page.url, { card: '4242' })).status).toBe(303);
  const finished = await owner.post(`/api/v1/billing/checkout/${page.sessionId}/finish`);
  expect(finished).toMatchObject({ status: 200, body: { paid: true } });
  expect(await writes()).toBe(WORKS);

  await killed(home, MARKS_OF_USAGE, 'export', orgId, '--to', file, '--freeze', ...sealed);
  expect(existsSync(file)).toBe(false);
  expect((await run(home, 'remove', orgId)).stderr).toContain('is frozen in some services only');
  expect(await well(home, 'thaw', orgId)).toContain('goes on here');
  expect(await writes()).toBe(WORKS);

  await well(home, 'export', orgId, '--to', file, '--freeze', ...sealed);
  expect(await writes()).toBe(MOVES);
  await killed(home, MARKS_OF_USAGE, 'thaw', orgId);
  expect((await run(home, 'remove', orgId)).stderr).toContain(`organisations thaw ${orgId}`);
  expect(await well(home, 'thaw', orgId)).toContain('goes on here');
  expect(await writes()).toBe(WORKS);
  rmSync(file);
});

test('an export that is killed leaves no file of that name, and the next one is whole', async () => {
  const reading = 'lock table billing.disputes in access exclusive mode';
  await killed(home, reading, 'export', orgId, '--to', file, '--freeze', ...sealed);
  expect([existsSync(file), existsSync(`${file}.part`)]).toEqual([false, true]);
  expect(await writes()).toBe(MOVES);
  await well(home, 'export', orgId, '--to', file, '--freeze', ...sealed);
  expect([existsSync(file), existsSync(`${file}.part`)]).toEqual([true, false]);
});

test('who pays at Stripe is brought where the same prices of the same account are sold', async () => {
  const refused = async (...more: string[]) => (await run(target, 'import', file, ...OPENED, ...more)).stderr;
  expect(await refused()).toContain('--same-stripe-account');
  expect(await refused('--same-stripe-account')).toContain('npx tidegate stripe sync');
  const ops = await operator(target);
  expect(await ops.post('/api/v1/operator/stripe/publish', {})).toMatchObject({ status: 200 });
  expect(await rowsOf(target, orgId)).toEqual({});
});

test('an import that is killed between two services is nobody’s: given up it is gone, and run again it is whole', async () => {
  // Its commit waits there: those of the services before are there, identity's is not.
  await asSuperuser(
    target,
    `create function usage.wait_here() returns trigger language plpgsql as
       $$ begin perform pg_advisory_xact_lock(4242); return null; end $$;
     create constraint trigger wait_here after insert on usage.moving_organisations deferrable initially deferred
       for each row execute function usage.wait_here();`,
  );
  const bring = ['import', file, ...OPENED, '--same-stripe-account'];
  const half = async () => {
    await killed(target, 'select pg_advisory_xact_lock(4242)', ...bring);
    expect(Object.keys(await rowsOf(target, orgId))).toContain('billing.subscriptions');
    expect(await new Rest(target.url, apiKey).get('/api/v1/bots')).toMatchObject({ status: 401 });
    expect(await writes()).toBe(MOVES);
  };
  await half();
  expect(await well(target, 'remove', orgId)).toContain('It can be imported again');
  expect(await rowsOf(target, orgId)).toEqual({});
  await half();
  await asSuperuser(target, 'drop trigger wait_here on usage.moving_organisations');
  expect(await well(target, ...bring)).toContain('is here');
  expect((await run(target, 'remove', orgId)).stderr).toContain('is not frozen here');
  // Also who did what, and what was asked of Stripe; the target has gone on since.
  const known = async (at: Platform) =>
    (
      await asSuperuser<{ one: string }>(
        at,
        `select (to_jsonb(a) - 'operator_id')::text as one from identity.audit_entries a where org_id = '${orgId}'
         union all select key from billing.stripe_calls where org_id = '${orgId}'`,
      )
    ).map(({ one }) => one);
  const before = await known(home);
  expect(before.length).toBeGreaterThan(2);
  expect(await known(target)).toEqual(expect.arrayContaining(before));
});

test('a removal that is killed has removed nothing, and is repeated; at Stripe nothing ends', async () => {
  const since = stripe.requests.length;
  await killed(home, 'lock table identity.deleted_organisations in share mode', 'remove', orgId);
  expect(await writes()).toBe(MOVES);
  expect(await well(home, 'remove', orgId)).toContain('is deleted here');
  expect(await well(home, 'remove', orgId)).toContain('already');
  await until(async () => (await rowsOf(home, orgId))['billing.stripe_customers'] === undefined, {
    withinMs: 60_000,
    what: 'its customer to go',
  });
  const asked = stripe.requests.slice(since).map(({ operation }) => operation);
  expect(asked.filter((one) => !one.startsWith('GET '))).toEqual([]);
});
