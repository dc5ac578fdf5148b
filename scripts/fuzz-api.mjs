/*
 * An independent fuzzer against the API: schemathesis reads the document and asks what it says may be asked, and much
 * that may not. It fails on any 5xx and on any answer that the document does not describe. Not part of `npm test`: it
 * needs Python 3.10 or newer, and on its first run the network, for a folder of packages of its own.
 *   npm run fuzz:api [-- --max-examples=50 …]   further words go to `schemathesis run`
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './setup.mjs';

const VERSION = '4.32.5';
const VENV = join(ROOT, '.data', 'tools', `schemathesis-${VERSION}`);
const own = process.argv.slice(2);

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function python() {
  for (const name of ['python3', 'python']) {
    const found = spawnSync(name, ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))']);
    if (found.status === 0) return name;
  }
  fail('Python 3.10 or newer with venv is missing. On Debian: apt install python3-venv');
}

function schemathesis() {
  const command = join(VENV, 'bin', 'schemathesis');
  if (existsSync(command)) return command;
  process.stderr.write(`Setting up schemathesis ${VERSION} in ${VENV} …\n`);
  mkdirSync(join(VENV, '..'), { recursive: true });
  for (const [name, args] of [
    [python(), ['-m', 'venv', VENV]],
    [join(VENV, 'bin', 'pip'), ['install', '--quiet', `schemathesis==${VERSION}`]],
  ]) {
    if (spawnSync(name, args, { stdio: 'inherit' }).status === 0) continue;
    rmSync(VENV, { recursive: true, force: true });
    fail(`${name} ${args.join(' ')} failed. Is the network there?`);
  }
  return command;
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

async function post(url, body, token) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** A customer who has something of most things, so that not every id is one of nothing. */
async function customer(url) {
  const account = { email: 'fuzz@example.com', password: 'correct horse battery', name: 'Fuzz' };
  const { accessToken } = await post(`${url}/api/v1/accounts`, account);
  const read = ['org', 'members', 'billing', 'usage', 'servers', 'bots', 'channels', 'keys'].map(
    (one) => `${one}:read`,
  );
  const write = ['members', 'billing', 'usage', 'servers', 'bots', 'channels', 'keys'].map((one) => `${one}:write`);
  // Not org:admin: an organisation that is deleted on the way answers nothing but 401.
  const scopes = [...read, ...write];
  const { key } = await post(`${url}/api/v1/api-keys`, { name: 'Fuzz', scopes }, accessToken);
  const make = async (path, body) => (await post(`${url}/api/v1/${path}`, body, key)).id;
  const averagingOrders = { count: 2, size: '100', deviationPercent: '0.5' };
  const trade = { market: 'BTC-USDT', direction: 'long', baseOrder: '100', averagingOrders };
  const settings = { ...trade, takeProfit: { percent: '0.8' } };
  return {
    key,
    ids: {
      botId: await make('bots', { name: 'Fuzz', settings }),
      backtestId: await make('backtests', { settings }),
      channelId: await make('channels', { kind: 'webhook', url: 'http://127.0.0.1:9/hook' }),
      serverId: await make('servers', { name: 'Fuzz', host: '127.0.0.1', port: 1, user: 'x', password: 'x' }),
    },
  };
}

/** The settings, and the ids that are used in paths. */
function settingsWith(ids, folder) {
  const lines = Object.entries(ids).map(([name, id]) => `"path.${name}" = "${id}"`);
  const file = join(folder, 'schemathesis.toml');
  const settings = readFileSync(join(ROOT, 'scripts/schemathesis.toml'), 'utf8');
  writeFileSync(file, `${settings}\n[parameters]\n${lines.join('\n')}\n`);
  return file;
}

const command = schemathesis();
const dataDir = mkdtempSync(join(tmpdir(), 'tidegate-fuzz-'));
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const plenty = '100000000';
const platform = spawn('node', [join(ROOT, 'cli/bin/tidegate.mjs'), 'start'], {
  env: {
    ...process.env,
    PORT: String(port),
    DATA_DIR: dataDir,
    RATE_LIMIT_PER_MINUTE: plenty,
    RATE_LIMIT_ANONYMOUS_PER_MINUTE: plenty,
  },
  stdio: ['ignore', 'ignore', 'inherit'],
});
let code = 1;
try {
  for (let tries = 0; ; tries += 1) {
    const ready = await fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) break;
    if (tries > 300 || platform.exitCode !== null) throw new Error('The platform does not start.');
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const { key, ids } = await customer(url);
  const args = [
    '--config-file',
    settingsWith(ids, dataDir),
    'run',
    `${url}/openapi.json`,
    '--url',
    url,
    '--header',
    `Authorization: Bearer ${key}`,
  ];
  args.push('--exclude-path', '/api/v1/stream', '--continue-on-failure');
  if (!own.some((word) => word.startsWith('--max-examples'))) args.push('--max-examples', '10');
  if (!own.some((word) => word.startsWith('--seed'))) args.push('--seed', '1');
  const run = spawn(command, [...args, ...own], { stdio: 'inherit', cwd: dataDir });
  code = await new Promise((resolve) => run.once('exit', resolve));
} finally {
  platform.kill('SIGINT');
  await new Promise((resolve) => platform.once('exit', resolve));
  rmSync(dataDir, { recursive: true, force: true });
}
process.exit(code ?? 1);
