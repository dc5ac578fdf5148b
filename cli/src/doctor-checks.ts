import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { readVariable } from '@tidegate/runtime/config';
import { findNats, findNatsServer } from '@tidegate/runtime/embedded/nats-server';
import { findPostgres } from '@tidegate/runtime/embedded/postgres';
import { isExposed, readSecrets, secretsFile } from '@tidegate/runtime/secrets-file';
import { loadSettings } from '@tidegate/runtime/settings';
import { busTrouble } from './check-environment.ts';
import { externalUrl } from './external-servers.ts';
import { nearestFolder, ROOT } from './installation.ts';
import { findWrongKeys } from './key-fingerprints.ts';
import { portTrouble } from './port-trouble.ts';
import { readRun } from './run-file.ts';
import { readStatus } from './status.ts';
import { adminUrl, askVersion, binaryVersion } from './versions.ts';

export interface Finding {
  check: string;
  what: string;
  /** Stable; absent when all is well. */
  code?: string;
  fix?: string;
}

export interface Patient {
  env: NodeJS.ProcessEnv;
  dataDir: string;
}

type Check = (patient: Patient) => Finding | Promise<Finding>;

const fine = (check: string, what: string): Finding => ({ check, what });
const trouble = (check: string, code: string, what: string, fix: string): Finding => ({ check, what, code, fix });

function node(): Finding {
  const what = `Node ${process.versions.node}`;
  const enough = Number(process.versions.node.split('.')[0]) >= 24;
  return enough
    ? fine('node', what)
    : trouble('node', 'node_too_old', `${what} runs this`, 'npm ci, then npx tidegate');
}

function checkout(): Finding {
  const broken = ['node_modules', 'dist'].filter((name) => !mayWrite(nearestFolder(join(ROOT, name))));
  if (broken.length === 0) return fine('checkout', `${ROOT} can be written`);
  return trouble(
    'checkout',
    'checkout_not_writable',
    `${broken.join(' and ')} in ${ROOT} cannot be written by this user`,
    'chown the checkout; it matters only for updates',
  );
}

function dataFolder({ dataDir }: Patient): Finding {
  if (mayWrite(nearestFolder(dataDir))) return fine('data', `${dataDir} can be written`);
  const fix = 'start as the user it belongs to, chown it, or set DATA_DIR';
  return trouble('data', 'data_dir_not_writable', `${dataDir} cannot be written by this user`, fix);
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function disk({ dataDir }: Patient): Finding {
  const { bavail, blocks, bsize } = statfsSync(nearestFolder(dataDir));
  const [percent, gigabytes] = [(100 * bavail) / blocks, (bavail * bsize) / 1024 ** 3];
  const what = `${Math.floor(percent)} % of the disk is free (${gigabytes.toFixed(1)} GB)`;
  if (percent >= 10 || gigabytes >= 5) return fine('disk', what);
  return trouble('disk', 'disk_low', what, 'free some space, or move DATA_DIR to a larger disk');
}

function secrets({ dataDir }: Patient): Finding {
  const file = secretsFile(dataDir);
  if (!existsSync(file)) return fine('secrets', 'there are no secrets yet (the first start makes them)');
  if (isExposed(file)) {
    return trouble('secrets', 'secrets_exposed', 'others may read secrets.json', `chmod 600 ${file}`);
  }
  try {
    return fine(
      'secrets',
      `secrets.json has ${Object.keys(readSecrets(dataDir)).length} secrets that only we may read`,
    );
  } catch (error) {
    const [what = '', fix = ''] = (error as Error).message.split('\n  Fix: ');
    return trouble('secrets', 'secrets_unreadable', what, fix);
  }
}

function natsBinary({ env, dataDir }: Patient): Finding {
  if (externalUrl('NATS_URL', dataDir, env)) return fine('nats-binary', 'nats-server is external: none is needed here');
  const path = findNatsServer(join(dataDir, 'tools'), env);
  if (!path) {
    const fix = 'apt-get install nats-server, or put nats-server 2.9 or newer into PATH; npm start tries it by itself';
    return trouble('nats-binary', 'nats_missing', 'nats-server is not installed', fix);
  }
  const version = binaryVersion(path);
  if (!version) {
    return trouble('nats-binary', 'nats_broken', `${path} does not tell its version`, 'install nats-server anew');
  }
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const what = `nats-server ${version} at ${path}`;
  const enough = major > 2 || (major === 2 && minor >= 9);
  return enough
    ? fine('nats-binary', what)
    : trouble('nats-binary', 'nats_too_old', what, 'install nats-server 2.9 or newer');
}

async function port({ env, dataDir }: Patient): Promise<Finding> {
  const number = Number(readVariable(env, 'PORT') ?? 3_000);
  if (readRun(dataDir)?.port === number) return fine('port', `port ${number} is ours`);
  const why = await portTrouble(number, env['HOST'] || '127.0.0.1');
  if (!why) return fine('port', `port ${number} is free`);
  const [what = '', fix = ''] = why.split('\n  Fix: ');
  return trouble('port', 'port_taken', what, fix);
}

async function postgres({ env, dataDir }: Patient): Promise<Finding> {
  const external = externalUrl('DATABASE_URL', dataDir, env) !== undefined;
  const running = external || !existsSync(dataDir) ? undefined : await findPostgres(join(dataDir, 'postgres'));
  const url = adminUrl(dataDir, env, running?.port);
  if (!external && !running) {
    return trouble('postgres', 'postgres_stopped', 'PostgreSQL does not run', 'npm start; its log is postgres.log');
  }
  if (!url)
    return trouble('postgres', 'postgres_password', 'PostgreSQL’s password is not known', 'restore secrets.json');
  try {
    return fine('postgres', `PostgreSQL ${await askVersion(url)} answers`);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === '28P01') {
      const fix = external ? 'correct DATABASE_URL' : 'restore secrets.json and the data folder from the same backup';
      return trouble('postgres', 'postgres_password', 'PostgreSQL refuses our password', fix);
    }
    const fix = external ? 'start it, or correct DATABASE_URL' : 'npm start';
    return trouble('postgres', 'postgres_unreachable', `PostgreSQL does not answer: ${message}`, fix);
  }
}

async function keys({ env, dataDir }: Patient): Promise<Finding> {
  const running = existsSync(dataDir) ? await findPostgres(join(dataDir, 'postgres')) : undefined;
  const url = adminUrl(dataDir, env, running?.port);
  if (!url) return fine('keys', 'encryption keys are checked when PostgreSQL runs');
  const settings = loadSettings({ NATS_URL: 'nats://localhost', ...env, DATA_DIR: dataDir, DATABASE_URL: url }, []);
  const wrong = await findWrongKeys(settings).catch(() => []);
  if (wrong.length === 0) return fine('keys', 'the encryption keys are those of this database');
  const names = wrong.map(({ variable, given, expected }) => `${variable} (${given}, not ${expected})`).join(', ');
  return trouble(
    'keys',
    'wrong_encryption_key',
    `this database was encrypted with other keys than ${names}`,
    'restore the secrets.json that belongs to this database',
  );
}

async function nats({ env, dataDir }: Patient): Promise<Finding> {
  if (externalUrl('NATS_URL', dataDir, env)) return externalNats(dataDir, env);
  const running = await findNats(join(dataDir, 'nats'));
  if (running) return fine('nats', `nats-server answers on port ${running.port}`);
  return trouble('nats', 'nats_stopped', 'nats-server does not run', 'npm start; its log is nats.log in DATA_DIR/nats');
}

async function externalNats(dataDir: string, env: NodeJS.ProcessEnv): Promise<Finding> {
  const settings = loadSettings({ ...env, DATA_DIR: dataDir }, ['operate']);
  const why = await busTrouble(settings.nats);
  if (!why) return fine('nats', `the external nats-server at ${settings.nats.servers.join(', ')} answers`);
  const [what = '', fix = ''] = why.split('\n  Fix: ');
  return trouble('nats', 'nats_unreachable', what, fix);
}

async function app({ env }: Patient): Promise<Finding> {
  const state = await readStatus(env);
  if (!state.running) return trouble('app', 'app_stopped', 'the app is stopped', 'npm start');
  if (state.ready) return fine('app', `${state.services.length} services are ready`);
  const names = state.services.filter((one) => !one.ready).map((one) => `${one.name} (${one.reason ?? 'not ready'})`);
  return trouble('app', 'not_ready', `not ready: ${names.join(', ')}`, 'npx tidegate logs');
}

export const CHECKS: Check[] = [node, checkout, dataFolder, disk, secrets, natsBinary, port, postgres, keys, nats, app];
