import type { ListedStatement } from '@tidegate/contracts/monitor-agent/statement';
import type { Tx } from '@tidegate/database/tx';
import { periodBefore, type TimeRange } from '../kernel/storage/range.rules.ts';
import { statementSeries } from '../series/statement-series.ts';
import { StatementSums } from '../series/statement-sums.rules.ts';
import { stepFor } from '../series/steps.rules.ts';
import { describedStatements } from './top-statements.rows.ts';
import { changeOf, previousOf } from './top-statements.rules.ts';

/**
 * One statement of a range and the period before, from its own series: the others are not read. `tx` is of one moment.
 */
export async function oneStatement(
  tx: Tx,
  serverId: string,
  statementId: number,
  range: TimeRange,
): Promise<{ statement: ListedStatement; coveredSeconds: number } | undefined> {
  const now = await sumsOf(tx, serverId, statementId, range);
  const before = await sumsOf(tx, serverId, statementId, periodBefore(range));
  const [described] = await describedStatements(tx, serverId, [statementId], now.sums);
  if (!described) return undefined;
  const previous = previousOf(before.sums, statementId);
  return {
    statement: {
      ...described,
      share: null,
      spark: null,
      previous,
      // Of a server that was not watched before, everything would be new.
      change: before.coveredSeconds > 0 ? changeOf(described, previous, range.from) : null,
    },
    coveredSeconds: now.coveredSeconds,
  };
}

async function sumsOf(tx: Tx, serverId: string, statementId: number, range: TimeRange) {
  const series = await statementSeries(tx, serverId, statementId, range, stepFor(range));
  const { counters, partial, lastAt = range.from.getTime() } = series.total();
  const sums = new StatementSums();
  sums.add(statementId, partial, lastAt, counters);
  return { sums, coveredSeconds: series.coveredSeconds };
}
