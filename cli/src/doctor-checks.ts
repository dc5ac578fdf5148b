import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findNatsServer } from '@tidegate/runtime/embedded/nats-server';
import { isExposed, readSecrets, secretsFile } from '@tidegate/runtime/secrets-file';
import { checkEnvironment, describeMode } from './check-environment.ts';
import { refuseLostSecrets } from './embedded.ts';
import { externalUrl } from './external-servers.ts';
import { nearestFolder, ROOT, readMemory } from './kernel/installation.ts';
import { binaryVersion } from './versions.ts';

export interface Finding {
  check: string;
  what: string;
  /** Stable; absent when the check passed. */
  code?: string;
  fix?: string;
}

export interface Installation {
  env: NodeJS.ProcessEnv;
  dataDir: string;
}

export type Check = (patient: Installation) => Finding | Finding[] | Promise<Finding | Finding[]>;

export const fine = (check: string, what: string): Finding => ({ check, what });
export const problem = (check: string, code: string, what: string, fix: string): Finding => ({
  check,
  what,
  code,
  fix,
});

function node(): Finding {
  const what = `Node ${process.versions.node}`;
  const enough = Number(process.versions.node.split('.')[0]) >= 24;
  return enough
    ? fine('node', what)
    : problem('node', 'node_too_old', `${what} runs this`, 'npm ci, then npx tidegate');
}

function checkout(): Finding {
  const broken = ['node_modules', 'dist'].filter((name) => !mayWrite(nearestFolder(join(ROOT, name))));
  if (broken.length === 0) return fine('checkout', `${ROOT} can be written`);
  return problem(
    'checkout',
    'checkout_not_writable',
    `${broken.join(' and ')} in ${ROOT} cannot be written by this user`,
    'chown the checkout; this matters only for updates',
  );
}

/** Turns one of our error messages into a finding: the problem and its fix. */
export function split(check: string, code: string, error: unknown): Finding {
  const [what = '', fix = 'see docs/configuration.md'] = (error as Error).message.split('\n  Fix: ');
  return problem(check, code, what, fix);
}

function dataFolder({ dataDir }: Installation): Finding {
  if (existsSync(dataDir) && !statSync(dataDir).isDirectory()) {
    return problem('data', 'data_dir_no_folder', `${dataDir} is not a folder`, 'set DATA_DIR to a folder');
  }
  if (mayWrite(nearestFolder(dataDir))) return fine('data', `${dataDir} can be written`);
  const fix = 'start as the user it belongs to, chown it, or set DATA_DIR';
  return problem('data', 'data_dir_not_writable', `${dataDir} cannot be written by this user`, fix);
}

export function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function disk({ dataDir }: Installation): Finding {
  const { bavail, blocks, bsize } = statfsSync(nearestFolder(dataDir));
  const [percent, gigabytes] = [(100 * bavail) / blocks, (bavail * bsize) / 1024 ** 3];
  const what = `${Math.floor(percent)} % of the disk is free (${gigabytes.toFixed(1)} GB)`;
  if (percent >= 10 || gigabytes >= 5) return fine('disk', what);
  return problem('disk', 'disk_low', what, 'free some space, or move DATA_DIR to a larger disk');
}

/** The same check that a start makes, with all problems of all services. */
function settings({ env, dataDir }: Installation): Finding {
  try {
    const found = checkEnvironment({ ...env, DATA_DIR: dataDir });
    const reachable = !/^https?:\/\/(localhost|127\.|\[::1\])/.test(found.publicUrl);
    if (reachable && !found.production) {
      const what = `mode: development, and customers use ${found.publicUrl}`;
      return problem('settings', 'not_production', what, 'TIDEGATE_MODE=production');
    }
    return fine('settings', `the settings are valid; mode: ${describeMode(found).split(':')[0]}`);
  } catch (error) {
    return split('settings', 'settings_wrong', error);
  }
}

function memory({ dataDir }: Installation): Finding {
  try {
    readMemory(dataDir);
    return fine('memory', 'installation.json can be read');
  } catch (error) {
    return split('memory', 'memory_damaged', error);
  }
}

function secrets({ env, dataDir }: Installation): Finding {
  const file = secretsFile(dataDir);
  try {
    refuseLostSecrets(dataDir, env);
    if (!existsSync(file)) return fine('secrets', 'there are no secrets yet (the first start creates them)');
    if (isExposed(file)) {
      return problem('secrets', 'secrets_exposed', 'other users may read secrets.json', `chmod 600 ${file}`);
    }
    const count = Object.keys(readSecrets(dataDir)).length;
    return fine('secrets', `secrets.json has ${count} secrets that only this user may read`);
  } catch (error) {
    return split('secrets', existsSync(file) ? 'secrets_unreadable' : 'secrets_lost', error);
  }
}

function natsBinary({ env, dataDir }: Installation): Finding {
  if (externalUrl('NATS_URL', dataDir, env))
    return fine('nats-binary', 'nats-server is external: no binary is needed here');
  const path = findNatsServer(join(dataDir, 'tools'), env);
  if (!path) {
    const fix =
      'apt-get install nats-server, or put nats-server 2.9 or newer into PATH; npm start also tries to install it';
    return problem('nats-binary', 'nats_missing', 'nats-server is not installed', fix);
  }
  const version = binaryVersion(path);
  if (!version) {
    return problem('nats-binary', 'nats_broken', `${path} does not print its version`, 'reinstall nats-server');
  }
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const what = `nats-server ${version} at ${path}`;
  const enough = major > 2 || (major === 2 && minor >= 9);
  return enough
    ? fine('nats-binary', what)
    : problem('nats-binary', 'nats_too_old', what, 'install nats-server 2.9 or newer');
}

/** In stages: when a check fails, those that depend on it would only repeat it in other words. */
export const FIRST: readonly Check[][] = [[node, checkout, disk, dataFolder], [secrets, memory], [settings]];
export const BASE: readonly string[] = ['data', 'secrets', 'memory', 'settings'];
export const MACHINE: readonly Check[] = [natsBinary];
