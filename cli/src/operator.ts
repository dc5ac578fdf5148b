import { Bus } from '@tidegate/messaging/bus';
import { CallerTokens } from '@tidegate/messaging/caller-token';
import { connectNats } from '@tidegate/messaging/nats';
import { SecretSealer } from '@tidegate/messaging/sealer';
import { loadSettings, type Settings } from '@tidegate/runtime/settings';
import { dataDirOf, readPorts } from './embedded.ts';

/** The settings of the installation on this data folder, whose embedded servers run. */
export function runningSettings(env = process.env): Settings {
  const ports = readPorts(dataDirOf(env));
  if (!env['NATS_URL'] && !env['NATS_URL_FILE']) {
    if (!ports.nats)
      throw new Error('Tidegate has not been started on this data folder.\n  Fix: npm start, or set DATA_DIR.');
    env['NATS_URL'] = `nats://127.0.0.1:${ports.nats}`;
  }
  if (!env['DATABASE_URL'] && !env['DATABASE_URL_FILE']) {
    env['DATABASE_URL'] = `postgresql://postgres@127.0.0.1:${ports.postgres ?? 5432}/tidegate`;
  }
  return loadSettings(env);
}

/** Asks the running services as the platform's operator. */
export async function asOperator<T>(work: (bus: Bus) => Promise<T>): Promise<T> {
  const settings = runningSettings();
  const nc = await connectNats({ servers: settings.nats.servers, ...settings.nats.users.platform }, 'cli');
  const publicKeys = Object.fromEntries(Object.entries(settings.sealing).map(([name, keys]) => [name, keys.publicKey]));
  const bus = new Bus({
    service: 'platform',
    nc,
    tokens: new CallerTokens(settings.callerSecret),
    sealer: new SecretSealer(publicKeys, {
      name: 'platform',
      privateKey: settings.sealing['platform']?.privateKey ?? '',
    }),
  });
  try {
    return await work(bus);
  } finally {
    bus.close();
    await nc.close();
  }
}
