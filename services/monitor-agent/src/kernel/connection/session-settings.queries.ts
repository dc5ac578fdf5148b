import { qualified } from './qualified.rules.ts';

/*
 * What makes a session of ours safe and courteous: names are looked up in the catalogue only; nothing runs long, waits
 * for locks or writes; texts mean and look the same whatever somebody has set for the role, the database or the server.
 * Our queries compare thousands of rows with thousands of keys that the planner knows nothing of: by hash, never
 * sorted.
 *
 * All of it goes into the start-up packet, which beats ALTER DATABASE and ALTER ROLE, so that nothing is ever asked
 * before. Something in between may refuse the packet (then it is sent without) or drop it in silence. So the second
 * query of each connection sets what is not as it should be, by a function that is named in full, and answers how all
 * of them are now; a session in which one is not is not used.
 */
interface SessionSetting {
  name: string;
  /** As PostgreSQL shows it. */
  value: string;
  /** The version that brought it: unknown ones in the packet would be refused, so these are set by the query. */
  since?: number;
}

const SETTINGS: readonly SessionSetting[] = [
  { name: 'search_path', value: 'pg_catalog,pg_temp' },
  { name: 'statement_timeout', value: '5s' },
  { name: 'lock_timeout', value: '100ms' },
  { name: 'idle_in_transaction_session_timeout', value: '10s' },
  { name: 'idle_session_timeout', value: '0', since: 140_000 },
  { name: 'transaction_timeout', value: '0', since: 170_000 },
  { name: 'default_transaction_read_only', value: 'on' },
  { name: 'default_transaction_isolation', value: 'read committed' },
  { name: 'default_transaction_deferrable', value: 'off' },
  // The driver says UTF8 in the packet; texts come as the bytes that they are (readable-bytes.rules.ts).
  { name: 'client_encoding', value: 'SQL_ASCII' },
  { name: 'application_name', value: 'tidegate' },
  { name: 'client_min_messages', value: 'error' },
  { name: 'standard_conforming_strings', value: 'on' },
  { name: 'extra_float_digits', value: '1' },
  { name: 'bytea_output', value: 'hex' },
  { name: 'TimeZone', value: 'UTC' },
  // A date says whether a statement is being prepared (fixed-names.queries.ts).
  { name: 'DateStyle', value: 'ISO, MDY' },
  { name: 'jit', value: 'off' },
  { name: 'enable_mergejoin', value: 'off' },
  { name: 'plan_cache_mode', value: 'force_generic_plan' },
  { name: 'stats_fetch_consistency', value: 'cache', since: 150_000 },
];

/** Timeouts that may end a session before its second query, by their SQLSTATE. */
const ENDED_BY: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['57P05', ['idle_session_timeout']],
  ['25P04', ['idle_session_timeout', 'transaction_timeout']],
]);
/** A packet with options is refused: by a pooler, by a relative of PostgreSQL that lacks a setting. */
const REFUSED = new Set<unknown>(['08P01', '0A000', '22023', '42501', '42704']);

export interface StartPacket {
  options: string | undefined;
}

const optionsOf = (settings: readonly SessionSetting[]) =>
  settings.map(({ name, value }) => `-c ${name}=${value.replaceAll(/[\\ ]/g, '\\$&')}`).join(' ');

const COMMON = SETTINGS.filter(({ since }) => since === undefined);
export const START_PACKET: StartPacket = { options: optionsOf(COMMON) };

/** Another packet to try after the one that failed; undefined: there is none. */
export function nextPacket(failed: StartPacket, sqlstate: unknown, loggedIn: boolean): StartPacket | undefined {
  if (failed.options === undefined) return undefined;
  const late = ENDED_BY.get(sqlstate);
  if (late) {
    const options = optionsOf([...COMMON, ...SETTINGS.filter(({ name }) => late.includes(name))]);
    return options === failed.options ? undefined : { options };
  }
  return REFUSED.has(sqlstate) && !loggedIn ? { options: undefined } : undefined;
}

const literal = (text: string) => `'${text}'`;

/** Asked first, before anything is set in the session. */
export const GREETING = qualified(`
  select pg_backend_pid() as pid, current_setting('server_version_num')::int as version,
    current_setting('server_encoding') as encoding,
    (select count(*)::int from pg_stat_activity
      where application_name = 'tidegate' and usename = current_user and pid <> pg_backend_pid()) as own`);

export const SESSION = qualified(`
  select s.name, case when current_setting(s.name) <> s.value then set_config(s.name, s.value, false) else s.value end as value
    from (values ${SETTINGS.map(({ name, value }) => `(${literal(name)}, ${literal(value)})`).join(', ')}) as s(name, value)
   where current_setting(s.name, true) is not null`);

export function isSafe(version: number, shown: readonly { name: string; value: string }[]): boolean {
  const now = new Map(shown.map(({ name, value }) => [name, value]));
  return SETTINGS.every(({ name, value, since = 0 }) => since > version || now.get(name) === value);
}

/** How they are in a session that is safe, for those who play a server. */
export const SAFE_SESSION: readonly (readonly [name: string, value: string])[] = SETTINGS.map(
  ({ name, value }) => [name, value] as const,
);
