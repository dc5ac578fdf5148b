import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePair } from '@tidegate/backup/kernel/keys';
import { closing } from '@tidegate/testing/closing';
import { adminPassword, type Platform, Rest, startPlatform } from '@tidegate/testing/platform';
import { programEnvironment } from '@tidegate/testing/test-run';
import { until } from '@tidegate/testing/until';
import { runTidegate } from '../../test/run-tidegate.ts';

/* One installation with backups, as an operator has it: each test goes on where the one before ended. */
let platform: Platform;
let settings: NodeJS.ProcessEnv;
let store: string;
let password: string;
let stopPlatform: () => Promise<void>;
const folder = (name: string): string => mkdtempSync(join(tmpdir(), `tidegate-${name}-`));

interface Ended {
  code: number | null;
  out: string;
  said: string;
}

function command(args: string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, ['--no-warnings', 'cli/dist/main.js', ...args], {
    env: { ...programEnvironment(), ...settings, DATA_DIR: platform.dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // One that is stopped outlives a test that fails meanwhile.
  closing(() => child.kill('SIGKILL'));
  let [out, said] = ['', ''];
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, out, said })));
  return { child, ended };
}

const run = (args: string[], env?: NodeJS.ProcessEnv): Promise<Ended> => command(args, env).ended;

/** What only looks and answers, in this process: to load the program again takes longer than most of it. */
async function ask(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const { code, stdout: out, stderr: said } = await runTidegate(platform.dataDir, args, { ...settings, ...env });
  return { code, out, said };
}

async function well(how: typeof run, args: string[], env?: NodeJS.ProcessEnv): Promise<string> {
  const { code, out, said } = await how(args, env);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${said}`);
  return out;
}

const list = async (): Promise<{ id: string; finishedAt: string; until: string }[]> =>
  JSON.parse(await well(ask, ['backup', 'list', '--json']));

async function metrics(): Promise<Map<string, number>> {
  const { METRICS_TOKEN } = JSON.parse(readFileSync(join(platform.dataDir, 'secrets.json'), 'utf8'));
  const response = await fetch(`${platform.url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } });
  const lines = (await response.text()).matchAll(/^(tidegate_backup_\w+) (\S+)$/gm);
  return new Map([...lines].map(([, name = '', value]) => [name, Number(value)]));
}

const logIn = async (of: Platform, secret: string): Promise<Rest> => {
  const rest = new Rest(of.url);
  const { status, body } = await rest.post<{ accessToken: string }>('/api/v1/sessions', {
    email: 'admin@localhost',
    password: secret,
  });
  if (status !== 201) throw new Error(`The log-in was answered with ${status}: ${JSON.stringify(body)}`);
  return rest.as(body.accessToken);
};

test('start makes a backup by itself, archives what is written since, and says so to Prometheus and doctor', async () => {
  store = folder('backups');
  const { identity } = await makePair();
  settings = { BACKUP_TO: store, BACKUP_IDENTITY: identity, BACKUP_WAL_SECONDS: '1', BACKUP_DRILL_EVERY_DAYS: '0' };
  platform = await startPlatform({ env: settings, dataDir: folder('data') });
  stopPlatform = closing(() => platform.stop());
  password = adminPassword(platform);
  await until(async () => (await metrics()).get('tidegate_backup_size_bytes'), {
    withinMs: 60_000,
    what: 'The first backup',
  });
  const figures = await until(
    async () => {
      const now = await metrics();
      return (now.get('tidegate_backup_wal_lag_seconds') ?? 100) < 30 && now;
    },
    { withinMs: 30_000, what: 'The archive' },
  );
  expect(figures.get('tidegate_backup_configured')).toBe(1);
  expect(figures.get('tidegate_backup_failed')).toBe(0);
  expect(figures.get('tidegate_backup_age_seconds')).toBeLessThan(3_600);
  const { findings } = JSON.parse((await ask(['doctor', '--json'])).out) as {
    findings: { check: string; code?: string }[];
  };
  const ours: { check: string; code?: string; what?: string }[] = findings.filter(({ check }) =>
    ['backup', 'wal', 'backup-place', 'drill'].includes(check),
  );
  expect(ours.filter(({ code }) => code !== undefined)).toEqual([]);
  expect(ours.map(({ check }) => check)).toEqual(['backup', 'wal', 'backup-place', 'drill']);
});

test('while one backup is made another is refused; one that was killed is never listed, and holds up nobody', async () => {
  const before = await list();
  const first = await stoppedMidway(before.length);
  expect(await ask(['backup'])).toMatchObject({ code: 1, said: expect.stringMatching(/is making a backup.*wait/s) });
  first.child.kill('SIGKILL');
  await first.ended;
  expect(await list()).toEqual(before.map((one) => expect.objectContaining({ id: one.id })));
  const made = JSON.parse(await well(run, ['backup', '--json'])) as { id: string };
  expect((await list()).map(({ id }) => id)).toEqual([...before.map(({ id }) => id), made.id]);
  expect(JSON.parse(await well(run, ['backup', 'verify', made.id, '--json']))).toMatchObject({
    id: made.id,
    opened: true,
  });
});

/** A backup whose process is stopped after its first file and before its last. */
async function stoppedMidway(finished: number): Promise<ReturnType<typeof command>> {
  for (let attempt = 1; attempt < 10; attempt += 1) {
    const one = command(['backup']);
    const folders = () => readdirSync(join(store, 'backups'));
    await until(() => one.child.exitCode !== null || folders().length > finished, {
      withinMs: 60_000,
      what: 'The backup',
    });
    one.child.kill('SIGSTOP');
    const newest = folders().sort().at(-1) ?? '';
    if (one.child.exitCode === null && !existsSync(join(store, 'backups', newest, 'manifest.json'))) return one;
    // It was faster than this test.
    one.child.kill('SIGCONT');
    await one.ended;
    rmSync(join(store, 'backups', newest), { recursive: true });
  }
  throw new Error('Every backup was finished before it could be stopped.');
}

test('what cannot be restored says why, and changes nothing', async () => {
  const [newest] = (await list()).slice(-1);
  const refused = async (args: string[], words: RegExp, env?: NodeJS.ProcessEnv) =>
    expect(await ask(args, env)).toMatchObject({ code: 1, said: expect.stringMatching(words) });
  await refused(['restore'], /runs on .* already.*npx tidegate stop/s);
  const elsewhere = { DATA_DIR: folder('elsewhere') };
  await refused(['restore', 'nonsense'], /There is no backup nonsense/, elsewhere);
  await refused(['restore', '--at', 'yesterday'], /is no instant.*write it as/s, elsewhere);
  await refused(['restore', '--at', '2020-01-01'], /was finished before 2020-01-01/, elsewhere);
  await refused(['restore', '--at', '2099-01-01'], /Nothing later than .* can be restored.*--at/s, elsewhere);
  const other = (await makePair()).identity;
  await refused(['restore'], /encrypted for another key.*BACKUP_IDENTITY/s, { ...elsewhere, BACKUP_IDENTITY: other });
  await refused(['restore'], /names a server of your own.*--into/s, {
    ...elsewhere,
    DATABASE_URL: 'postgresql://a:b@localhost/x',
  });
  await refused(['backup'], /BACKUP_TO names .* which does not exist/, { BACKUP_TO: '/nowhere/at/all' });
  await refused(['backup'], /BACKUP_S3_ACCESS_KEY_ID is missing/, { BACKUP_TO: 's3://bucket' });
  expect(readdirSync(elsewhere.DATA_DIR)).toEqual([]);
  // A backup of a later version: its manifest is what says so.
  const later = newest?.id.replace(/^2026|^20\d\d/, '2090') ?? '';
  await copyAs(newest?.id ?? '', later, (manifest) => ({ ...manifest, tidegate: '99.0.0' }));
  await refused(['restore', later], /was made by Tidegate 99\.0\.0, and this is/, elsewhere);
  rmSync(join(store, 'backups', later), { recursive: true });
  await well(ask, ['backup', 'verify', newest?.id ?? '']);
});

async function copyAs(id: string, as: string, change: (manifest: object) => object): Promise<void> {
  const { FolderStore } = await import('@tidegate/backup/store/folder-store');
  const { readManifest, storeManifest } = await import('@tidegate/backup/kernel/manifest');
  const place = new FolderStore(store);
  const manifest = await readManifest(place, id);
  await storeManifest(place, { ...manifest, ...change(manifest), id: as } as typeof manifest);
}

test('a drill restores all of it in a scratch place, logs in, and leaves nothing but its result', async () => {
  const result = JSON.parse(await well(run, ['drill', '--json'])) as {
    tables: number;
    rows: number;
    recoverySeconds: number;
    lossSeconds: number;
  };
  expect(result.tables).toBeGreaterThan(100);
  expect(result.rows).toBeGreaterThan(100);
  // What was asked for: an hour and a day. Shorter times are the machine's.
  expect(result.recoverySeconds).toBeLessThan(3_600);
  // What was archived last was archived before the drill began.
  expect(result.lossSeconds).toBeGreaterThan(0);
  expect(result.lossSeconds).toBeLessThan(86_400);
  expect((await metrics()).get('tidegate_backup_drill_failed')).toBe(0);
  expect(readdirSync(join(platform.dataDir, 'backup')).filter((name) => name.startsWith('drill-'))).toEqual([]);
  const mend = damageNewest(store);
  expect(await run(['drill'])).toMatchObject({
    code: 1,
    said: expect.stringContaining('postgres.tar.gz.age.0001 is damaged'),
  });
  expect((await metrics()).get('tidegate_backup_drill_failed')).toBe(1);
  expect((await ask(['doctor'])).out).toMatch(/the last drill failed: .*is damaged.*\[drill_failed\]/);
  mend();
});

/** Damages one file of the newest backup in a place; what it returns mends it. */
function damageNewest(place: string): () => void {
  const newest = readdirSync(join(place, 'backups')).sort().at(-1) ?? '';
  const file = join(place, 'backups', newest, 'postgres.tar.gz.age.0001');
  const good = readFileSync(file);
  const bad = Buffer.from(good);
  bad.writeUInt8(bad.readUInt8(5_000) ^ 1, 5_000);
  writeFileSync(file, bad);
  return () => writeFileSync(file, good);
}

test('secrets that no backup has are asked for before anything is changed, and no restore takes them away', async () => {
  const apart = { BACKUP_TO: folder('apart'), BACKUP_SECRETS_TO: 'none' };
  await well(run, ['backup'], apart);
  expect(await well(run, ['drill'], apart)).toContain('was restored and works');
  const there = { ...apart, DATA_DIR: folder('without-secrets') };
  const secrets = join(there.DATA_DIR, 'secrets.json');
  const ours = readFileSync(join(platform.dataDir, 'secrets.json'), 'utf8');
  const { POSTGRES_PASSWORD = '' } = JSON.parse(ours) as Record<string, string>;
  const asksFor = (what: RegExp) => ({ code: 1, said: expect.stringMatching(what) });
  expect(await ask(['restore'], there)).toMatchObject(asksFor(/has none either.*put its secrets\.json there/s));
  // The rest would be made anew, and could open nothing.
  const half = { ...there, POSTGRES_PASSWORD };
  expect(await ask(['restore'], half)).toMatchObject(asksFor(/has no encryption keys either/));
  expect(readdirSync(there.DATA_DIR)).toEqual([]);

  copyFileSync(join(platform.dataDir, 'secrets.json'), secrets);
  const mend = damageNewest(apart.BACKUP_TO);
  expect(await run(['restore'], there)).toMatchObject(asksFor(/is damaged/));
  expect(await run(['restore'], half)).toMatchObject(asksFor(/is damaged/));
  expect(readFileSync(secrets, 'utf8')).toBe(ours);
  mend();
  await well(run, ['restore'], there);
  expect(readFileSync(secrets, 'utf8')).toBe(ours);

  const mendAgain = damageNewest(apart.BACKUP_TO);
  expect(await run(['restore', '--replace'], there)).toMatchObject(asksFor(/is damaged/));
  expect(readFileSync(secrets, 'utf8')).toBe(ours);
  const aside = readdirSync(there.DATA_DIR).find((name) => name.startsWith('before-restore-')) ?? '';
  expect(readFileSync(join(there.DATA_DIR, aside, 'secrets.json'), 'utf8')).toBe(ours);
  expect(existsSync(join(there.DATA_DIR, aside, 'postgres'))).toBe(true);
  mendAgain();
  // Others than those that a backup brings are kept as well.
  const others = { ...JSON.parse(ours), MADE_UP: 'x' };
  writeFileSync(secrets, JSON.stringify(others));
  await well(run, ['restore'], { DATA_DIR: there.DATA_DIR });
  expect(JSON.parse(readFileSync(secrets, 'utf8'))).toEqual(JSON.parse(ours));
  const kept = readdirSync(there.DATA_DIR)
    .filter((name) => name.startsWith('before-restore-'))
    .map((name) => JSON.parse(readFileSync(join(there.DATA_DIR, name, 'secrets.json'), 'utf8')));
  expect(kept).toContainEqual(others);
});

test('after the loss of everything but the backups, the platform starts again with all that was written', async () => {
  const operator = await logIn(platform, password);
  const created = await operator.post<{ id: string }>('/api/v1/organisations', { name: 'Written last' });
  expect(created.status).toBe(201);
  await stopPlatform();
  const lost = { DATA_DIR: folder('restored') };
  const out = await well(run, ['restore'], lost);
  expect(out).toContain('Restored backup');
  expect(await ask(['restore'], lost)).toMatchObject({
    code: 1,
    said: expect.stringMatching(/has a database already.*--replace/s),
  });
  const restored = await startPlatform({ env: settings, dataDir: lost.DATA_DIR });
  closing(() => restored.stop());
  const again = await logIn(restored, password);
  const { body } = await again.get<{ items: { name: string }[] }>('/api/v1/organisations');
  expect(body.items.map(({ name }) => name)).toContain('Written last');
  expect(existsSync(join(lost.DATA_DIR, 'restore-unfinished'))).toBe(false);
  // What is written from now on is a chain of its own, with a backup of its own.
  await until(() => readdirSync(join(store, 'wal')).length > 1, { withinMs: 60_000, what: 'The next chain' });
});

test('nothing starts on half a restore', async () => {
  const half = folder('half');
  writeFileSync(join(half, 'restore-unfinished'), 'x\n');
  expect(await run(['start'], { DATA_DIR: half })).toMatchObject({
    code: 1,
    said: expect.stringMatching(/was interrupted.*npx tidegate restore/s),
  });
});
