import type { Range } from '@tidegate/contracts/monitor-agent/range';
import type { Statement, StatementCompleteness } from '@tidegate/contracts/monitor-agent/statement';
import { slicePage } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../kernel/storage/range.rules.ts';
import type { StatementCounter } from '../series/statement-counters.rules.ts';
import { storedRange } from '../series/stored-range.ts';
import { completenessOf } from './completeness.rules.ts';
import {
  addSampledSums,
  describedStatements,
  knownStatements,
  type StatementFilter,
  sampledActiveUs,
  sampledSnapshots,
  statementsMax,
} from './top-statements.rows.ts';
import { orderedIds } from './top-statements.rules.ts';

export interface RangeStatements {
  range: Range;
  completeness: StatementCompleteness;
  total: { statements: number; calls: number; rows: number; totalMs: number };
  items: Statement[];
  nextCursor?: string;
}

/**
 * The statements of any range, however much of it has moved from samples into rollups; `tx` is of one moment. Sums over
 * the whole range first, then the order: a top list of top lists would miss what is steady.
 */
export async function rangeStatements(
  tx: Tx,
  serverId: string,
  range: TimeRange,
  filter: StatementFilter,
): Promise<RangeStatements> {
  const stored = await storedRange(tx, serverId, range);
  const { sums } = stored;
  await addSampledSums(tx, serverId, range, sums);
  const sampled = await sampledSnapshots(tx, serverId, range);
  const active = stored.activeUs + (await sampledActiveUs(tx, serverId, stored.uncounted));
  const known = await knownStatements(tx, serverId, sums.ids, filter);
  const total = (statements: typeof known, name: StatementCounter): number =>
    statements.reduce((all, { id }) => all + sums.counter(id, name), 0);
  const toplevel = known.filter((one) => one.toplevel);
  const wanted = known.filter((one) => one.wanted);
  const ids = wanted.map(({ id }) => id);
  const { items, ...next } = slicePage(orderedIds(sums, ids, filter.sort), filter);
  return {
    range: {
      from: range.from.toISOString(),
      to: range.to.toISOString(),
      coveredSeconds: (stored.spanUs + sampled.spanUs) / 1_000_000,
    },
    completeness: completenessOf({
      resets: stored.resets + sampled.resets,
      evictions: stored.evictions + sampled.evictions,
      gaps: stored.gaps + sampled.gaps,
      lostUs: stored.lostUs + sampled.lostUs,
      observedUs: stored.spanUs + sampled.spanUs,
      statementsUs: total(toplevel, 'total_us'),
      activeUs: active,
      statementsMax: await statementsMax(tx, serverId),
    }),
    total: {
      statements: wanted.length,
      calls: total(wanted, 'calls'),
      rows: total(wanted, 'rows'),
      totalMs: total(wanted, 'total_us') / 1_000,
    },
    items: await describedStatements(tx, serverId, items, sums),
    ...next,
  };
}
