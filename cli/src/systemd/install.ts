import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { postgresBinaries } from '@tidegate/runtime/embedded/postgres-binaries';
import { isReachable } from '@tidegate/runtime/embedded/unprivileged';
import { UsageError } from '../arguments.ts';
import { dataDirOf, ROOT, say } from '../kernel/installation.ts';
import { ensureNatsServer } from '../nats-tool.ts';
import { readServiceSettings } from './read-unit.rules.ts';
import { type Installed, unitFile } from './unit.rules.ts';

const USER = 'tidegate';
const SETTINGS = `# Settings of Tidegate, one NAME=value a line: docs/configuration.md. Read when it starts.
# PUBLIC_URL=https://tidegate.example.com
# TRUST_PROXY=127.0.0.1
`;

const readJson = <T>(file: string): T => JSON.parse(readFileSync(join(ROOT, 'cli/bin', file), 'utf8')) as T;

/** Of this checkout: of the system, run by a user of its own; or of this user's own service manager. */
export function installed(own: boolean): Installed {
  const config = process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config');
  return {
    root: ROOT,
    node: process.execPath,
    nodeFlags: readJson('node-flags.json'),
    environment: readJson('node-environment.json'),
    dataDir: own ? dataDirOf(process.env) : '/var/lib/tidegate-data',
    environmentFile: own ? join(config, 'tidegate', 'settings.env') : '/etc/tidegate/settings.env',
    user: own ? undefined : USER,
  };
}

const FOLDERS = ['BACKUP_TO', 'BACKUP_SECRETS_TO', 'BACKUP_SCRATCH'];

/** The folders outside of the data folder to which the settings send backups. */
export function foldersOf(settings: string, dataDir: string): string[] {
  const named = readServiceSettings(settings);
  const folders = FOLDERS.flatMap((name) => (named[name]?.startsWith('/') ? [resolve(named[name])] : []));
  return [...new Set(folders)].filter((folder) => !`${folder}/`.startsWith(`${dataDir}/`));
}

/** Writes the unit, and what it needs; starting it is left to the operator. */
export async function install({
  systemd,
  own,
  print,
}: {
  systemd: boolean;
  own: boolean;
  print: boolean;
}): Promise<void> {
  if (!systemd) throw new UsageError('tidegate install needs --systemd: there is no other way yet.');
  const described = installed(own);
  const { environmentFile } = described;
  const settings = existsSync(environmentFile) ? readFileSync(environmentFile, 'utf8') : SETTINGS;
  const what = { ...described, writes: foldersOf(settings, described.dataDir) };
  if (print) return void process.stdout.write(unitFile(what));
  if (!own) {
    prepareSystem();
    await bringServers(what.dataDir);
  }
  mkdirSync(dirname(what.environmentFile), { recursive: true, mode: 0o700 });
  if (!existsSync(what.environmentFile)) writeFileSync(what.environmentFile, SETTINGS, { mode: 0o600 });
  const folder = own ? join(dirname(dirname(what.environmentFile)), 'systemd/user') : '/etc/systemd/system';
  const file = join(folder, 'tidegate.service');
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, unitFile(what));
  chmodSync(file, 0o644);
  const systemctl = own ? 'systemctl --user' : 'systemctl';
  say(`${file} is written; settings go into ${what.environmentFile}.
  Start it:  ${systemctl} daemon-reload && ${systemctl} enable --now tidegate
  Its log:   ${own ? 'journalctl --user -u tidegate -f' : 'journalctl -u tidegate -f'}
  Password:  ${join(what.dataDir, 'admin-password')}, until you delete it${own ? '\n  So that it runs while nobody is logged in:  loginctl enable-linger' : ''}`);
}

/** The service may neither install a program nor change the checkout. */
async function bringServers(dataDir: string): Promise<void> {
  await ensureNatsServer(dataDir);
  postgresBinaries(undefined);
}

function prepareSystem(): void {
  if (process.getuid?.() !== 0) {
    throw new UsageError(
      'Only root may install a service of the system.\n  Fix: sudo, or --user for one of your own service manager.',
    );
  }
  // Anybody but the checkout's owner: those who run it need not be able to change it.
  if (!isReachable(join(ROOT, 'cli/dist/main.js'), { uid: 65_534, gid: 65_534 })) {
    throw new Error(
      `The user ${USER} could not read ${ROOT}.\n  Fix: move the checkout to /opt/tidegate, and chmod -R go+rX it.`,
    );
  }
  if (/^tidegate:/m.test(readFileSync('/etc/passwd', 'utf8'))) return;
  const args = ['--system', '--user-group', '--no-create-home', '--home-dir', '/var/lib/tidegate-data'];
  const { status, error } = spawnSync('useradd', [...args, '--shell', '/usr/sbin/nologin', USER], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`The user ${USER} could not be made: ${error?.message ?? 'see above'}.`);
}
