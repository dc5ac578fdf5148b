/*
 * An independent fuzzer against the API: schemathesis reads the document and asks what it says may be asked, and much
 * that may not. It fails on any 5xx and on any answer that the document does not describe. Not part of `npm test`: it
 * needs Python 3.10 or newer, and on its first run the network, for a folder of packages of its own.
 *   npm run fuzz:api [-- --max-examples=50 …]   further words go to `schemathesis run`
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
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

/** A customer who has something of everything, so that not every id is one that does not exist. */
async function customer(url) {
  const account = { email: 'fuzz@example.com', password: 'correct horse battery', name: 'Fuzz' };
  const { accessToken } = await post(`${url}/api/v1/accounts`, account);
  const scopes = ['org:read', 'members:read', 'billing:read', 'usage:read', 'usage:write', 'servers:read'];
  const more = ['servers:write', 'bots:read', 'bots:write', 'channels:read', 'channels:write', 'keys:read'];
  const { key } = await post(`${url}/api/v1/api-keys`, { name: 'Fuzz', scopes: [...scopes, ...more] }, accessToken);
  return key;
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
  const key = await customer(url);
  const args = [
    '--config-file',
    join(ROOT, 'scripts/schemathesis.toml'),
    'run',
    `${url}/openapi.json`,
    '--url',
    url,
    '--header',
    `Authorization: Bearer ${key}`,
  ];
  args.push('--exclude-path', '/api/v1/stream', '--continue-on-failure');
  if (!own.some((word) => word.startsWith('--max-examples'))) args.push('--max-examples', '20');
  if (!own.some((word) => word.startsWith('--seed'))) args.push('--seed', '1');
  const run = spawn(command, [...args, ...own], { stdio: 'inherit', cwd: dataDir });
  code = await new Promise((resolve) => run.once('exit', resolve));
} finally {
  platform.kill('SIGINT');
  await new Promise((resolve) => platform.once('exit', resolve));
  rmSync(dataDir, { recursive: true, force: true });
}
process.exit(code ?? 1);
