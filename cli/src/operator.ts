import { join } from 'node:path';
import { explain, ProblemError } from '@tidegate/contracts/kernel/problem';
import { Bus } from '@tidegate/messaging/bus';
import { CallerTokens } from '@tidegate/messaging/caller-token';
import { connectNats, natsTrouble } from '@tidegate/messaging/nats';
import { SecretSealer } from '@tidegate/messaging/sealer';
import { findNats } from '@tidegate/runtime/embedded/nats-server';
import { loadSettings, type Settings } from '@tidegate/runtime/settings';
import { externalUrl } from './external-servers.ts';
import { dataDirOf } from './kernel/installation.ts';

const ANSWER_MS = 5_000;

/** The settings of the installation in this data folder, with the address of its embedded or external nats-server. */
export async function operatorSettings(env = process.env): Promise<Settings> {
  env['DATA_DIR'] = dataDirOf(env);
  if (!externalUrl('NATS_URL', env['DATA_DIR'], env)) {
    const nats = await findNats(join(env['DATA_DIR'], 'nats'));
    if (!nats) throw new Error(`Tidegate does not run on ${env['DATA_DIR']}.\n  Fix: npm start, or set DATA_DIR.`);
    env['NATS_URL'] = nats.url;
  }
  return loadSettings(env, ['operate']);
}

/** Calls the running services as the platform's operator. */
export async function asOperator<T>(work: (bus: Bus) => Promise<T>): Promise<T> {
  const settings = await operatorSettings();
  const { servers, users } = settings.nats;
  // A service would wait for NATS; a person at a terminal is told at once.
  const trouble = await natsTrouble({ servers, ...users.platform }, ANSWER_MS);
  if (trouble) throw new Error(`NATS at ${servers.join(', ')} cannot be used: ${trouble}\n  Fix: npx tidegate doctor`);
  const nc = await connectNats({ servers, ...users.platform }, 'cli');
  const publicKeys = Object.fromEntries(Object.entries(settings.sealing).map(([name, keys]) => [name, keys.publicKey]));
  const privateKey = settings.sealing['platform']?.privateKey ?? '';
  const bus = new Bus({
    service: 'platform',
    nc,
    tokens: new CallerTokens(settings.callerSecret),
    sealer: new SecretSealer(publicKeys, { name: 'platform', privateKey }),
  });
  try {
    return await work(bus);
  } catch (error) {
    // Shows every mistake that the services found, not only that there are some.
    throw error instanceof ProblemError ? new Error(explain(error), { cause: error }) : error;
  } finally {
    bus.close();
    await nc.close();
  }
}
