import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@tidegate/runtime/embedded/free-port';
import { examine } from './doctor.ts';
import { judge } from './doctor-api-calls.ts';
import { takeRun } from './run-file.ts';

let folder: string;
let env: NodeJS.ProcessEnv;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-doctor-'));
  env = { PATH: process.env['PATH'], DATA_DIR: folder, PORT: String(await freePort()) };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Without those of this machine, and of a platform that just does not run. */
async function troubles(more: NodeJS.ProcessEnv = {}) {
  const beside = ['app_stopped', 'postgres_stopped', 'nats_stopped', 'disk_low', 'node_too_old', 'nats_missing'];
  const findings = await examine({ ...env, ...more });
  return findings.filter(({ code }) => code !== undefined && !beside.includes(code));
}

test.each([
  [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be'],
  [{ RATE_LIMIT_PER_MINUTE: 'abc' }, 'RATE_LIMIT_PER_MINUTE: a whole number'],
  [{ PORT: 'abc' }, 'PORT must be a whole number'],
  [{ TRUST_PROXY: '10.0.0.0/99' }, 'TRUST_PROXY must be'],
  [{ NATS_SERVER: '/nonexistent' }, 'NATS_SERVER names /nonexistent, which cannot be executed'],
  [{ TIDEGATE_MODE: 'prod' }, 'TIDEGATE_MODE must be production or development'],
])('a setting that start refuses is reported once: %j', async (more, what) => {
  const found = await troubles(more);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ code: 'settings_wrong', what: expect.stringContaining(what) });
});

test('a data folder that is a file is reported as one problem', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(await troubles({ DATA_DIR: file })).toMatchObject([{ code: 'data_dir_no_folder' }]);
});

test('secrets that are missing beside a database, or damaged, are one problem with its fix', async () => {
  mkdirSync(join(folder, 'postgres', 'data'), { recursive: true });
  writeFileSync(join(folder, 'postgres', 'data', 'PG_VERSION'), '18');
  expect(await troubles()).toMatchObject([{ code: 'secrets_lost', fix: expect.stringContaining('from your backup') }]);
  writeFileSync(join(folder, 'secrets.json'), '{"a":', { mode: 0o600 });
  expect(await troubles()).toMatchObject([{ code: 'secrets_unreadable' }]);
});

test('a damaged installation.json is named with its fix', async () => {
  writeFileSync(join(folder, 'installation.json'), '{');
  expect(await troubles()).toMatchObject([
    { code: 'memory_damaged', what: `${folder}/installation.json is damaged.`, fix: expect.stringContaining('delete') },
  ]);
});

test('a public address without production mode is a problem; https implies production mode', async () => {
  expect(await troubles({ PUBLIC_URL: 'http://shop.example' })).toMatchObject([{ code: 'not_production' }]);
  expect(await troubles({ PUBLIC_URL: 'https://shop.example' })).toEqual([]);
});

test('what a running platform restarts by itself needs no npm start', async () => {
  const taken = takeRun(folder, Number(env['PORT']), '127.0.0.1');
  const findings = await examine(env);
  for (const code of ['postgres_stopped', 'nats_stopped']) {
    expect(findings.find((one) => one.code === code)?.fix).toMatch(/^wait: it is being restarted/);
  }
  taken.release();
});

const FOLDER = '/srv/api-calls';
test.each([
  ['is on a disk of this machine', { type: 0xef53, freeMb: 5_000, writable: true }, undefined],
  ['belongs to somebody else', { type: 0xef53, freeMb: 5_000, writable: false }, 'api_calls_not_writable'],
  ['is on NFS', { type: 0x6969, freeMb: 5_000, writable: true }, 'api_calls_network_disk'],
  [
    'is on CIFS, whose number has the sign bit',
    { type: 0xff534d42 | 0, freeMb: 5_000, writable: true },
    'api_calls_network_disk',
  ],
  ['is full', { type: 0xef53, freeMb: 12.7, writable: true }, 'api_calls_disk_low'],
])('a folder of API calls that %s', (_what, disk, code) => {
  expect(judge(FOLDER, disk)?.code).toBe(code);
});

test('the folder in API_CALLS_DIR is checked, and one that does not exist yet is judged by where it will be created', async () => {
  const find = async (API_CALLS_DIR: string) =>
    (await examine({ ...env, API_CALLS_DIR })).find(({ check }) => check === 'api-calls');
  expect(await find(join(folder, 'deep', 'calls'))).toMatchObject({ what: expect.stringContaining('is made when') });
  expect(await find('/proc/calls')).toMatchObject({ code: expect.stringMatching(/^api_calls_/) });
});
