import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { privateFolder, unprivilegedIdentity } from '@tidegate/runtime/embedded/unprivileged';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
/** What this process runs. */
export const PROGRAM = join(ROOT, 'cli', 'dist', 'main.js');
export const VERSION = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;

export const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** The real path of the data folder, so that every way to reach it names the same folder. */
export function dataDirOf(env: NodeJS.ProcessEnv): string {
  const path = resolve(env['DATA_DIR'] || join(ROOT, '.data'));
  return existsSync(path) ? realpathSync(path) : path;
}

/** Creates the data folder on the first start; only its owner may read it. */
export function makeDataDir(env: NodeJS.ProcessEnv): string {
  const path = dataDirOf(env);
  try {
    privateFolder(path, unprivilegedIdentity());
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(
      `The data folder ${path} cannot be used by this user (${code}).\n  Fix: start as the user it belongs to, chown it, or set DATA_DIR to another folder.`,
      { cause: error },
    );
  }
  return realpathSync(path);
}

/** What this installation stores between starts, besides its secrets. */
export interface Memory {
  ports: {
    postgres?: number | undefined;
    nats?: number | undefined;
    natsMonitor?: number | undefined;
    /** Health ports of the processes of `start --services`, by name. */
    health?: Record<string, number> | undefined;
  };
  /** The first password was written to its file, and is not written again. */
  adminPasswordWritten?: boolean;
  /** When secrets were last changed, by what is rotated together (`tidegate secrets list`). */
  secretsChanged?: Record<string, string>;
  /** It was printed after the first successful start. */
  adminPasswordShown?: boolean;
}

const memoryFile = (dataDir: string): string => join(dataDir, 'installation.json');

export function readMemory(dataDir: string): Memory {
  const file = memoryFile(dataDir);
  if (!existsSync(file)) return { ports: {} };
  try {
    const memory = JSON.parse(readFileSync(file, 'utf8')) as Memory;
    if (typeof memory?.ports === 'object' && memory.ports !== null) return memory;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new Error(
    `${file} is damaged.\n  Fix: restore it from your backup, or delete it: it only remembers ports, and that the first password was shown.`,
  );
}

export function remember(dataDir: string, changes: Partial<Memory>): void {
  const file = memoryFile(dataDir);
  const next = { ...readMemory(dataDir), ...changes };
  writeFileSync(`${file}.new`, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The nearest existing folder of a path that may not exist yet, for checks of rights and disk space. */
export function nearestFolder(path: string): string {
  return existsSync(path) ? path : nearestFolder(dirname(path));
}

export const logFile = (dataDir: string): string => join(dataDir, 'logs', 'tidegate.log');

export function makeLogFolder(dataDir: string): void {
  mkdirSync(dirname(logFile(dataDir)), { recursive: true, mode: 0o700 });
}
