import type { ListedStatement } from '@tidegate/contracts/monitor-agent/statement';
import type { StatementFinding } from '@tidegate/contracts/monitor-agent/statement-detail';

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
      what: `A call takes ${digits(meanMs)} ms; it took ${digits(previous.meanMs)} ms in the period before. Look at its plan: statistics, an index that is gone, or more rows.`,
    });
  if (statement.tempBlocksWritten > 0)
    found.push({
      kind: 'temp_files',
      severity: 'warning',
      what: `It wrote ${digits(statement.tempBlocksWritten / calls)} blocks a call to temporary files: a sort or hash needs more than work_mem.`,
    });
  const blocks = statement.sharedBlocksHit + statement.sharedBlocksRead;
  const hit = blocks > 0 ? statement.sharedBlocksHit / blocks : 1;
  if (blocks > BLOCKS && hit < COLD)
    found.push({
      kind: 'cache',
      severity: 'info',
      what: `Only ${digits(hit * 100)} % of its blocks were found in memory: it reads much, or what others do not read.`,
    });
  if (statement.planMs > statement.totalMs && statement.planMs > 0)
    found.push({
      kind: 'planning',
      severity: 'info',
      what: 'Planning takes longer than running it: prepare it once, or let it touch fewer partitions.',
    });
  if (statement.rows / calls > MANY_ROWS)
    found.push({
      kind: 'many_rows',
      severity: 'info',
      what: `A call gives ${digits(statement.rows / calls)} rows: does somebody read all of them?`,
    });
  return found;
}
