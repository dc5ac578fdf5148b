import type { NatsSettings } from '@tidegate/messaging/nats';
import { natsNames } from './secrets-file.ts';
import type { Settings } from './settings.ts';

/** Wakes all processes of a service: connections whose login was changed are made again. */
export const CHANGED_LOGINS = 'changed-logins';

/** How a member of the bus connects, now and whenever it connects again. */
export function natsLoginOf({ nats, secrets }: Settings, member: keyof Settings['nats']['users']): NatsSettings {
  const known = nats.users[member];
  const [userName, passwordName] = natsNames(member);
  const [user, password] = [secrets.of(userName), secrets.of(passwordName)];
  const current = () => ({ user: user(true)[0] ?? known.user, password: password()[0] ?? known.password });
  return { servers: nats.servers, ...known, current, member };
}
