import type { Statement } from '@tidegate/contracts/monitor-agent/statement';
import type { StatementCounter } from './statement-counters.rules.ts';

export type StatementFigures = Pick<
  Statement,
  | 'calls'
  | 'rows'
  | 'totalMs'
  | 'meanMs'
  | 'planMs'
  | 'sharedBlocksHit'
  | 'sharedBlocksRead'
  | 'sharedBlocksDirtied'
  | 'sharedBlocksWritten'
  | 'tempBlocksRead'
  | 'tempBlocksWritten'
  | 'ioReadMs'
  | 'ioWriteMs'
  | 'walBytes'
>;

/** Counters as they are shown: times in milliseconds, and the mean of a call. */
export function toFigures(count: (counter: StatementCounter) => number): StatementFigures {
  const calls = count('calls');
  const totalMs = count('total_us') / 1_000;
  return {
    calls,
    rows: count('rows'),
    totalMs,
    meanMs: calls === 0 ? 0 : totalMs / calls,
    planMs: count('plan_us') / 1_000,
    sharedBlocksHit: count('shared_hit'),
    sharedBlocksRead: count('shared_read'),
    sharedBlocksDirtied: count('shared_dirtied'),
    sharedBlocksWritten: count('shared_written'),
    tempBlocksRead: count('temp_read'),
    tempBlocksWritten: count('temp_written'),
    ioReadMs: count('io_read_us') / 1_000,
    ioWriteMs: count('io_write_us') / 1_000,
    walBytes: count('wal_bytes'),
  };
}
