import { filled } from '@tidegate/contracts/kernel/fill-text';
import type { ListedStatement } from '@tidegate/contracts/monitor-agent/statement';
import type { StatementFinding } from '@tidegate/contracts/monitor-agent/statement-detail';
import { STATEMENT_TEXTS as T } from '@tidegate/contracts/monitor-agent/statement-texts';

/** Below so many calls nothing is said. */
const CALLS = 10;
const BLOCKS = 10_000;
const COLD = 0.9;
const MANY_ROWS = 10_000;

const digits = (value: number): string =>
  value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));

/** What its own figures say about a statement. */
export function findingsOfStatement(statement: ListedStatement): StatementFinding[] {
  const { calls, meanMs, previous, change } = statement;
  const found: StatementFinding[] = [];
  if (calls < CALLS) return found;
  if (change === 'regressed' && previous)
    found.push({
      kind: 'regressed',
      severity: 'warning',
      what: filled(T.regressed, { now: digits(meanMs), before: digits(previous.meanMs) }),
    });
  if (statement.tempBlocksWritten > 0)
    found.push({
      kind: 'temp_files',
      severity: 'warning',
      what: filled(T.tempFiles, { blocks: digits(statement.tempBlocksWritten / calls) }),
    });
  const blocks = statement.sharedBlocksHit + statement.sharedBlocksRead;
  const hit = blocks > 0 ? statement.sharedBlocksHit / blocks : 1;
  if (blocks > BLOCKS && hit < COLD)
    found.push({
      kind: 'cache',
      severity: 'info',
      what: filled(T.cold, { percent: digits(hit * 100) }),
    });
  if (statement.planMs > statement.totalMs && statement.planMs > 0)
    found.push({
      kind: 'planning',
      severity: 'info',
      what: T.planning,
    });
  if (statement.rows / calls > MANY_ROWS)
    found.push({
      kind: 'many_rows',
      severity: 'info',
      what: filled(T.manyRows, { rows: digits(statement.rows / calls) }),
    });
  return found;
}
