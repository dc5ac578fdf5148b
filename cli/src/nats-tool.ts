import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findNatsServer, sharedTools } from '@tidegate/runtime/embedded/nats-server';
import { say } from './installation.ts';
import { fetchRelease, NATS_RELEASE } from './nats-release.ts';

/**
 * nats-server, brought when it is nowhere: by apt-get as root; as another user the Debian package is fetched and
 * unpacked into the data folder, which needs no rights; where there is no apt, the official release.
 */
export async function ensureNatsServer(dataDir: string): Promise<string> {
  const tools = join(dataDir, 'tools');
  const found = findNatsServer(tools);
  if (found) return found;
  const tries: string[] = [];
  for (const [what, bring] of [
    ['Debian’s package', () => (process.getuid?.() === 0 ? installAsRoot() : unpackAsUser(tools))],
    [`the official release ${NATS_RELEASE.version}`, () => fetchRelease(sharedTools())],
  ] as const) {
    say(`Waiting for nats-server (${what}) …`);
    try {
      await bring();
    } catch (error) {
      tries.push(`${what}: ${(error as Error).message}`);
    }
    const installed = findNatsServer(tools);
    if (installed) return installed;
  }
  throw new Error(
    `nats-server is missing and could not be brought.\n  ${tries.join('\n  ')}\n  Fix: apt-get install nats-server; or put nats-server 2.9 or newer into PATH; or set NATS_URL to a server of your own.`,
  );
}

async function installAsRoot(): Promise<void> {
  const install = () => run('apt-get', ['install', '-y', '--no-install-recommends', 'nats-server']);
  try {
    await install();
  } catch {
    // The package lists may be missing or old.
    await run('apt-get', ['update']);
    await install();
  }
}

/** With package lists of our own when the system's are missing: those only root may fetch. */
async function unpackAsUser(tools: string): Promise<void> {
  const state = join(tools, 'apt');
  for (const folder of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(state, folder), { recursive: true });
  try {
    await run('apt-get', ['download', 'nats-server'], tools);
  } catch {
    const own = [
      `Dir::State::lists=${join(state, 'lists')}`,
      `Dir::Cache=${join(state, 'cache')}`,
      'Debug::NoLocking=1',
    ];
    const options = own.flatMap((option) => ['-o', option]);
    await run('apt-get', [...options, 'update'], tools);
    await run('apt-get', [...options, 'download', 'nats-server'], tools);
  }
  const archive = readdirSync(tools).find((name) => name.startsWith('nats-server_') && name.endsWith('.deb'));
  if (!archive) throw new Error('apt-get download brought no package');
  await run('dpkg-deb', ['-x', join(tools, archive), tools]);
}

/** Rejects with the last lines of what it said. */
function run(command: string, args: string[], cwd?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.once('error', (error) => reject(new Error(`${command}: ${error.message}`)));
    child.once('close', (code) => {
      const last = said.trim().split('\n').slice(-3).join(' · ');
      if (code === 0) resolve();
      else reject(new Error(`${command} ended with ${code}: ${last || 'it said nothing'}`));
    });
  });
}
