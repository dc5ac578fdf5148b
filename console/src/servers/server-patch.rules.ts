import type { Server, ServerPatch, TlsMode } from '@tidegate/client';

/** What a form has of a server's connection. */
export type Connection = {
  name: string;
  host: string;
  port: string;
  database: string;
  user: string;
  /** Of a new one: it is never read. */
  password: string;
  tlsMode: TlsMode;
  tlsCa: string;
};

type Shown = Pick<Server, 'name' | 'host' | 'port' | 'database' | 'user' | 'tlsMode' | 'tlsCa'>;

export const connectionOf = ({ name, host, port, database, user, tlsMode, tlsCa }: Shown): Connection => ({
  name,
  host,
  port: String(port),
  database,
  user,
  password: '',
  tlsMode,
  tlsCa: tlsCa ?? '',
});

/** Only what was typed: what is sent is decided again, such as whether a password is needed. */
export function patchOf(serverId: string, before: Connection, typed: Connection): ServerPatch {
  const patch: ServerPatch = { serverId };
  if (typed.name !== before.name) patch.name = typed.name;
  if (typed.host !== before.host) patch.host = typed.host;
  if (typed.port !== before.port) patch.port = Number(typed.port);
  if (typed.database !== before.database) patch.database = typed.database;
  if (typed.user !== before.user) patch.user = typed.user;
  if (typed.tlsMode !== before.tlsMode) patch.tlsMode = typed.tlsMode;
  if (typed.tlsCa !== before.tlsCa) patch.tlsCa = typed.tlsCa || null;
  if (typed.password) patch.password = typed.password;
  return patch;
}
