import type { Range } from '@tidegate/contracts/monitor-agent/range';
import type { StatementCompleteness } from '@tidegate/contracts/monitor-agent/statement';
import type { Tx } from '@tidegate/database/tx';
import { storedRange } from '../series/stored-range.ts';
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

/** The statements of any range, however much of it has moved from samples into blocks; `tx` is of one moment. */
export async function rangeStatements(
  tx: Tx,
  serverId: string,
  range: TimeRange,
  filter: StatementFilter,
): Promise<RangeStatements> {
  const stored = await storedRange(tx, serverId, range);
  const sampled = await coveredRange(tx, STATEMENT_SAMPLES, serverId, range);
  const completeness = await statementCompleteness(tx, serverId, range, stored);
  const top = await topStatementRows(tx, serverId, range, filter, stored.sums);
  const coveredSeconds = sampled.coveredSeconds + stored.spanUs / 1_000_000;
  return { range: { ...sampled, coveredSeconds }, completeness, top };
}
