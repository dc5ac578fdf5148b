import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findNats, isNatsOn } from '@tidegate/runtime/embedded/nats-server';
import { findPostgres } from '@tidegate/runtime/embedded/postgres';
import { loadSettings } from '@tidegate/runtime/settings';
import { busTrouble, checkEnvironment } from './check-environment.ts';
import { findWrongKeys } from './check-keys.ts';
import { type Check, type Finding, fine, type Installation, problem, split } from './doctor-checks.ts';
import { externalUrl } from './external-servers.ts';
import { portProblem } from './port-problem.ts';
import { readRun } from './run-file.ts';
import { readStatus } from './status.ts';
import { adminUrl, askVersion, runningAdminUrl } from './versions.ts';

/** A running platform restarts its servers by itself; `npm start` would only say that it is running. */
const startFix = (dataDir: string, log: string): string =>
  readRun(dataDir)
    ? `wait: it is being restarted; if that fails, see \`npx tidegate logs platform\` and ${log}`
    : `npm start; its log is ${log}`;

async function port({ env, dataDir }: Installation): Promise<Finding> {
  const { port: number, host } = checkEnvironment({ ...env, DATA_DIR: dataDir });
  if (readRun(dataDir)?.port === number) return fine('port', `port ${number} is ours`);
  const why = await portProblem(number, host);
  return why ? split('port', 'port_taken', new Error(why)) : fine('port', `port ${number} is free`);
}

async function postgres({ env, dataDir }: Installation): Promise<Finding> {
  const external = externalUrl('DATABASE_URL', dataDir, env) !== undefined;
  const running = external || !existsSync(dataDir) ? undefined : await findPostgres(join(dataDir, 'postgres'));
  const url = adminUrl(dataDir, env, running?.port);
  if (!external && !running) {
    return problem('postgres', 'postgres_stopped', 'PostgreSQL is not running', startFix(dataDir, 'postgres.log'));
  }
  if (!url)
    return problem('postgres', 'postgres_password', 'the password of PostgreSQL is unknown', 'restore secrets.json');
  try {
    return fine('postgres', `PostgreSQL ${await askVersion(url)} answers`);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === '28P01') {
      const fix = external ? 'correct DATABASE_URL' : 'restore secrets.json and the data folder from the same backup';
      return problem('postgres', 'postgres_password', 'PostgreSQL refuses our password', fix);
    }
    const fix = external ? 'start it, or correct DATABASE_URL' : startFix(dataDir, 'postgres.log');
    return problem('postgres', 'postgres_unreachable', `PostgreSQL does not answer: ${message}`, fix);
  }
}

async function keys({ env, dataDir }: Installation): Promise<Finding> {
  const url = await runningAdminUrl(dataDir, env);
  if (!url) return fine('keys', 'encryption keys are checked once PostgreSQL runs');
  const settings = loadSettings({ NATS_URL: 'nats://localhost', ...env, DATA_DIR: dataDir, DATABASE_URL: url }, []);
  const wrong = await findWrongKeys(settings).catch(() => []);
  if (wrong.length === 0) return fine('keys', 'the encryption keys belong to this database');
  const names = wrong.map(({ variable, given, expected }) => `${variable} (${given}, not ${expected})`).join(', ');
  return problem(
    'keys',
    'wrong_encryption_key',
    `this database was encrypted with other keys than ${names}`,
    'restore the secrets.json that belongs to this database',
  );
}

async function nats({ env, dataDir }: Installation): Promise<Finding> {
  if (externalUrl('NATS_URL', dataDir, env)) return externalNats(dataDir, env);
  const running = await findNats(join(dataDir, 'nats'));
  if (running) return fine('nats', `nats-server answers on port ${running.port}`);
  const what = isNatsOn(join(dataDir, 'nats')) ? 'nats-server runs but is unhealthy' : 'nats-server is not running';
  return problem('nats', 'nats_stopped', what, startFix(dataDir, 'nats.log in DATA_DIR/nats'));
}

async function externalNats(dataDir: string, env: NodeJS.ProcessEnv): Promise<Finding> {
  const settings = loadSettings({ ...env, DATA_DIR: dataDir }, ['operate']);
  const why = await busTrouble(settings.nats);
  if (!why) return fine('nats', `the external nats-server at ${settings.nats.servers.join(', ')} answers`);
  return split('nats', 'nats_unreachable', new Error(why));
}

async function app({ env }: Installation): Promise<Finding> {
  const state = await readStatus(env);
  if (!state.running) return problem('app', 'app_stopped', 'the app is stopped', 'npm start');
  if (state.ready) return fine('app', `${state.services.length} services are ready`);
  const names = state.services.filter((one) => !one.ready).map((one) => `${one.name} (${one.reason ?? 'not ready'})`);
  return problem('app', 'not_ready', `not ready: ${names.join(', ')}`, 'npx tidegate logs');
}

/** The parts of a running installation. */
export const SERVERS: Check[] = [port, postgres, keys, nats, app];
