import { spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findNatsServer, sharedTools } from '@tidegate/runtime/embedded/nats-server';
import { say } from './kernel/installation.ts';
import { fetchRelease, NATS_RELEASE } from './nats-release.ts';

/**
 * Installs nats-server when it is missing: as root by apt-get; as another user by unpacking the Debian package, which
 * needs no rights; without apt by downloading the official release.
 */
export async function ensureNatsServer(dataDir: string): Promise<string> {
  const found = findNatsServer(join(dataDir, 'tools'));
  if (found) return found;
  const tools = placeForTools(dataDir);
  const tries: string[] = [];
  for (const [what, install] of [
    ['Debian’s package', () => (process.getuid?.() === 0 ? installAsRoot() : unpackDebianPackage(tools))],
    [`the official release ${NATS_RELEASE.version}`, () => fetchRelease(tools)],
  ] as const) {
    say(`Waiting for nats-server (${what}) …`);
    try {
      await install();
    } catch (error) {
      tries.push(`${what}: ${(error as Error).message}`);
    }
    const installed = findNatsServer(join(dataDir, 'tools'));
    if (installed) return installed;
  }
  throw new Error(
    `nats-server is missing and could not be installed.\n  ${tries.join('\n  ')}\n  Fix: apt-get install nats-server; or put nats-server 2.9 or newer into PATH; or set NATS_URL to a server of your own.`,
  );
}

async function installAsRoot(): Promise<void> {
  const install = () => run('apt-get', ['install', '-y', '--no-install-recommends', 'nats-server']);
  try {
    await install();
  } catch {
    // The package lists may be missing or outdated.
    await run('apt-get', ['update']);
    await install();
  }
}

/** Shared by all checkouts of this user; in the data folder for a service user without a home. */
function placeForTools(dataDir: string): string {
  try {
    mkdirSync(sharedTools(), { recursive: true });
    accessSync(sharedTools(), constants.W_OK);
    return sharedTools();
  } catch {
    return join(dataDir, 'tools');
  }
}

/** Puts Debian's nats-server into the folder without root; the package, its lists and temporary files are deleted. */
export async function unpackDebianPackage(tools: string): Promise<void> {
  mkdirSync(tools, { recursive: true });
  const part = mkdtempSync(join(tools, '.unpack-'));
  try {
    await downloadPackage(part);
    const archive = readdirSync(part).find((name) => name.endsWith('.deb'));
    if (!archive) throw new Error('apt-get download fetched no package');
    await run('dpkg-deb', ['-x', archive, 'root'], part);
    // Renamed: another start never sees half a binary.
    renameSync(join(part, 'root', 'usr', 'sbin', 'nats-server'), join(tools, 'nats-server'));
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

/** Uses package lists of our own when the system's are missing or outdated, which only root may update. */
async function downloadPackage(folder: string): Promise<void> {
  try {
    await run('apt-get', ['download', 'nats-server'], folder);
  } catch {
    const [lists, cache] = [join(folder, 'lists'), join(folder, 'cache')];
    for (const path of [join(lists, 'partial'), join(cache, 'archives', 'partial')])
      mkdirSync(path, { recursive: true });
    const own = [`Dir::State::lists=${lists}`, `Dir::Cache=${cache}`, 'Debug::NoLocking=1'];
    const options = own.flatMap((option) => ['-o', option]);
    await run('apt-get', [...options, 'update'], folder);
    await run('apt-get', [...options, 'download', 'nats-server'], folder);
  }
}

/** Rejects with the last lines of the command's output. */
function run(command: string, args: string[], cwd?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    });
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.once('error', (error) => reject(new Error(`${command}: ${error.message}`)));
    child.once('close', (code) => {
      const last = output.trim().split('\n').slice(-3).join(' · ');
      if (code === 0) resolve();
      else reject(new Error(`${command} ended with ${code}: ${last || 'without a message'}`));
    });
  });
}
