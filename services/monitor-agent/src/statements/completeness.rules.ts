import type { ServerCheck } from '@tidegate/contracts/monitor-agent/server-check';
import type { StatementCompleteness } from '@tidegate/contracts/monitor-agent/statement';

/*
 * How far the totals of a range can be trusted (monitoring.md 3.1, point 6): what PostgreSQL lost, how often it made
 * room, and how much of the sessions' active time the statements explain.
 */
export interface Observed {
  resets: number;
  evictions: number;
  gaps: number;
  lostUs: number;
  observedUs: number;
  /** Time of statements that were not called from within others. */
  statementsUs: number;
  activeUs: number;
  /** How many statements PostgreSQL has room for, if it says. */
  statementsMax: number | null;
}

export function completenessOf(observed: Observed): StatementCompleteness {
  const { resets, evictions, gaps, lostUs, observedUs, statementsUs, activeUs } = observed;
  const evictionsPerMinute = observedUs > 0 ? (evictions * 60_000_000) / observedUs : 0;
  return {
    resets,
    evictions,
    evictionsPerMinute,
    gaps,
    lostSeconds: lostUs / 1_000_000,
    coverage: activeUs > 0 ? statementsUs / activeUs : null,
    warnings: evictions > 0 ? [roomIsShort(evictionsPerMinute, observed.statementsMax)] : [],
  };
}

/** PostgreSQL's own default is 5000. */
const ENOUGH_STATEMENTS = 10_000;

function roomIsShort(perMinute: number, statementsMax: number | null): ServerCheck {
  const often = perMinute >= 1 ? `${Math.round(perMinute)} times a minute` : 'less than once a minute';
  const room = statementsMax === null ? '' : ` It has room for ${statementsMax}.`;
  return {
    id: 'statements_room',
    ok: false,
    severity: 'warning',
    code: 'statements_evicted',
    what: `PostgreSQL evicted statements to make room for others, ${often}. What they counted since the snapshot before is lost, so totals are too low.${room}`,
    fixSql: `ALTER SYSTEM SET pg_stat_statements.max = ${Math.max(ENOUGH_STATEMENTS, 2 * (statementsMax ?? 0))};`,
    restart: true,
  };
}
