import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { secretsFile } from '@tidegate/runtime/secrets-file';
import { readServiceSettings, readUnit } from './read-unit.rules.ts';

/*
 * What is typed beside a service of systemd acts on that installation as the service does: with its data folder and its
 * settings, and as its user. So `sudo npx tidegate …` is all that anybody has to know.
 */

/** Where `install --systemd` writes it: of the system, or of this user. */
export const unitFiles = (env: NodeJS.ProcessEnv): string[] => [
  '/etc/systemd/system/tidegate.service',
  join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'systemd/user/tidegate.service'),
];

export interface Service {
  file: string;
  dataDir: string;
  settingsFile: string;
  /** Folders besides its data folder that it may write to; undefined where it may write everywhere. */
  writes: string[] | undefined;
}

/** The service that runs this checkout, if one was installed and is the installation that is meant. */
export function serviceOf(root: string, env: NodeJS.ProcessEnv, files = unitFiles(env)): Service | undefined {
  for (const file of files) {
    const unit = readText(file);
    const found = unit === undefined ? undefined : readUnit(unit);
    if (found?.root !== root) continue;
    const asked = env['DATA_DIR'];
    // Without another word it is the service's, not the folder of a checkout that nobody has installed.
    if (asked && asked !== found.dataDir && asked !== join(root, '.data')) continue;
    return { file, ...found };
  }
  return undefined;
}

/** Its data folder and its settings; what the environment has wins, as in the service itself, which has been given both. */
export function adoptSettings(root: string, env: NodeJS.ProcessEnv, files = unitFiles(env)): void {
  const service = serviceOf(root, env, files);
  if (!service) return;
  env['DATA_DIR'] = service.dataDir;
  const text = readText(service.settingsFile);
  for (const [name, value] of Object.entries(text === undefined ? {} : readServiceSettings(text))) env[name] ??= value;
}

/** Undefined as well where this user may not read it. */
function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Root becomes the user whose data folder it is: a file that root wrote there could not be read by the service any more,
 * and its next start would fail.
 */
export function becomeOwner(env: NodeJS.ProcessEnv): void {
  const folder = env['DATA_DIR'];
  if (process.getuid?.() !== 0 || !folder || !existsSync(folder)) return;
  const { uid, gid } = statSync(folder);
  const secrets = statSync(secretsFile(folder), { throwIfNoEntry: false });
  // An installation that root began in somebody's folder stays root's.
  if (uid === 0 || (secrets && secrets.uid !== uid)) return;
  try {
    // Node's types lack it. It gives the groups into which the user was put besides.
    (process as { initgroups?: (user: number, group: number) => void }).initgroups?.(uid, gid);
  } catch {
    // A user without a name has none.
    process.setgroups?.([gid]);
  }
  process.setgid?.(gid);
  process.setuid?.(uid);
  // What programs store for a user is not stored for root.
  env['HOME'] = homeOf(uid) ?? folder;
}

const homeOf = (uid: number): string | undefined =>
  readText('/etc/passwd')
    ?.split('\n')
    .map((line) => line.split(':'))
    .find(([, , id]) => id === String(uid))?.[5];
