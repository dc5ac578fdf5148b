/**
 * How many rows of these catalogues were ever written: while it stands still, nothing that they hold has changed. A
 * standby counts nothing of what it replays, and a session's writes are counted when its statement has ended.
 */
export const writesTo = (catalogues: readonly string[]): string => `(
  select sum(pg_stat_get_tuples_inserted(o) + pg_stat_get_tuples_updated(o) + pg_stat_get_tuples_deleted(o))::int8
    from unnest('{${catalogues.map((one) => `pg_catalog.${one}`).join(', ')}}'::regclass[]) o)`;
