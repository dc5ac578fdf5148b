import type { Range } from '@tidegate/contracts/monitor-agent/range';
import type { StatementCompleteness } from '@tidegate/contracts/monitor-agent/statement';
import type { Tx } from '@tidegate/database/tx';
import { readSettled, storedRange } from '../series/stored-range.ts';
import { coveredRange, type TimeRange } from '../storage/samples.ts';
import { STATEMENT_SAMPLES } from './statement.rows.ts';
import {
  type StatementFilter,
  statementCompleteness,
  type TopStatements,
  topStatementRows,
} from './top-statements.rows.ts';

export interface RangeStatements {
  range: Range;
  completeness: StatementCompleteness;
  top: TopStatements;
}

/** The statements of any range, however much of it has moved from samples into blocks. */
export function rangeStatements(
  tx: Tx,
  serverId: string,
  range: TimeRange,
  filter: StatementFilter,
): Promise<RangeStatements> {
  return readSettled(tx, serverId, range, async () => {
    const stored = await storedRange(tx, serverId, range);
    const [sampled, completeness, top] = await Promise.all([
      coveredRange(tx, STATEMENT_SAMPLES, serverId, range),
      statementCompleteness(tx, serverId, range, stored),
      topStatementRows(tx, serverId, range, filter, stored.sums),
    ]);
    const coveredSeconds = sampled.coveredSeconds + stored.spanUs / 1_000_000;
    return { range: { ...sampled, coveredSeconds }, completeness, top };
  });
}
