import type { Range } from '@tidegate/contracts/monitor-agent/range';
import type { ListedStatement, StatementCompleteness } from '@tidegate/contracts/monitor-agent/statement';
import { slicePage } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { periodBefore, type TimeRange } from '../kernel/storage/range.rules.ts';
import type { KeptSums } from '../series/kept-sums.ts';
import type { StatementCounter } from '../series/statement-counters.rules.ts';
import type { StatementSums } from '../series/statement-sums.rules.ts';
import { storedRange } from '../series/stored-range.ts';
import { timesOfWholes } from '../series/whole-rollups.ts';
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
import { changeOf, facetOf, orderedIds, previousOf, slicesOf } from './top-statements.rules.ts';

type Facet = ReturnType<typeof facetOf>[number];

export interface RangeStatements {
  range: Range;
  completeness: StatementCompleteness;
  total: { statements: number; calls: number; rows: number; totalMs: number };
  sparkStep: number | null;
  facets: { databases: Facet[]; roles: Facet[] } | null;
  items: ListedStatement[];
  nextCursor?: string;
}

/**
 * The statements of any range, however much of it has moved from samples into rollups; `tx` is of one moment. Sums over
 * the whole range first, then the order: a top list of top lists would miss what is steady.
 */
export async function rangeStatements(
  tx: Tx,
  kept: KeptSums,
  serverId: string,
  range: TimeRange,
  filter: StatementFilter,
): Promise<RangeStatements> {
  const slices = filter.spark ? slicesOf(range, Date.now()) : undefined;
  const stored = await storedRange(tx, kept, serverId, range, { slices });
  const { sums } = stored;
  await addSampledSums(tx, serverId, range, sums);
  const before = filter.compare && (await sumsBefore(tx, kept, serverId, range));
  const sampled = await sampledSnapshots(tx, serverId, range);
  const active = stored.activeUs + (await sampledActiveUs(tx, serverId, stored.uncounted));
  const known = await knownStatements(tx, serverId, sums.ids, filter);
  const total = (statements: typeof known, name: StatementCounter): number =>
    statements.reduce((all, { id }) => all + sums.counter(id, name), 0);
  const toplevel = known.filter((one) => one.toplevel);
  const wanted = known.filter((one) => one.wanted);
  const ids = wanted.map(({ id }) => id);
  const { items, ...next } = slicePage(orderedIds(sums, ids, filter.sort), filter);
  const sliced = slices && sums.slicesOf(items, await timesOfWholes(tx, kept, serverId, stored.wholes, items));
  const totalMs = total(wanted, 'total_us') / 1_000;
  // Of a server that was not watched before, everything would be new.
  const basis = before && before.ids.length > 0 ? before : undefined;
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
      totalMs,
    },
    sparkStep: slices ? slices.stepMs / 1_000 : null,
    facets: filter.facets
      ? {
          databases: facetOf(sums, known, ({ database }) => database),
          roles: facetOf(sums, known, ({ role }) => role),
        }
      : null,
    items: (await describedStatements(tx, serverId, items, sums)).map((statement) => {
      const id = Number(statement.statementId);
      const previous = basis ? previousOf(basis, id) : null;
      return {
        ...statement,
        share: totalMs > 0 ? statement.totalMs / totalMs : null,
        spark: sliced?.get(id)?.map((us) => us / 1_000) ?? null,
        previous,
        change: basis ? changeOf(statement, previous, range.from) : null,
      };
    }),
    ...next,
  };
}

async function sumsBefore(tx: Tx, kept: KeptSums, serverId: string, range: TimeRange): Promise<StatementSums> {
  const before = periodBefore(range);
  const { sums } = await storedRange(tx, kept, serverId, before, { only: ['calls', 'total_us'] });
  await addSampledSums(tx, serverId, before, sums);
  return sums;
}
