import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findNatsServer } from '@tidegate/runtime/embedded/nats-server';

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/**
 * nats-server, installed when it is nowhere: by apt-get as root; as another user the Debian package is fetched and
 * unpacked into the data folder, which needs no rights.
 */
export function ensureNatsServer(dataDir: string): string {
  const tools = join(dataDir, 'tools');
  const found = findNatsServer(tools);
  if (found) return found;
  say('Installing nats-server from Debian’s packages …');
  if (process.getuid?.() === 0) installAsRoot();
  else unpackAsUser(tools);
  const installed = findNatsServer(tools);
  if (!installed) {
    throw new Error(
      'nats-server is missing and could not be installed.\n  Fix: apt-get install nats-server, or put nats-server 2.9 or newer into PATH, or set NATS_URL.',
    );
  }
  return installed;
}

function installAsRoot(): void {
  const install = () => run('apt-get', ['install', '-y', '--no-install-recommends', 'nats-server']);
  if (install() !== 0 && run('apt-get', ['update']) === 0) install();
}

function unpackAsUser(tools: string): void {
  const state = join(tools, 'apt');
  mkdirSync(join(state, 'lists', 'partial'), { recursive: true });
  mkdirSync(join(state, 'cache', 'archives', 'partial'), { recursive: true });
  const own = [
    '-o',
    `Dir::State::lists=${join(state, 'lists')}`,
    '-o',
    `Dir::Cache=${join(state, 'cache')}`,
    '-o',
    'Debug::NoLocking=1',
  ];
  if (run('apt-get', ['download', 'nats-server'], tools) !== 0) {
    if (run('apt-get', [...own, 'update'], tools) === 0) run('apt-get', [...own, 'download', 'nats-server'], tools);
  }
  const archive = readdirSync(tools).find((name) => name.startsWith('nats-server_') && name.endsWith('.deb'));
  if (archive) run('dpkg', ['-x', join(tools, archive), tools]);
}

function run(command: string, args: string[], cwd?: string): number {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const result = spawnSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'], env });
  if (result.error) say(`${command}: ${result.error.message}`);
  else if (result.status !== 0) say(result.stderr.toString().trim().split('\n').slice(-3).join('\n'));
  return result.status ?? 1;
}
