import type { Backtest } from '@tidegate/client';
import { share } from '../kernel/format.ts';
import { type Mark, StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';

const MARKS: Record<Backtest['status'], Mark> = {
  queued: 'pending',
  running: 'pending',
  done: 'ok',
  failed: 'critical',
  cancelled: 'stale',
};

export const BACKTEST_STATES = Object.keys(MARKS) as Backtest['status'][];

export function BacktestState({
  backtest: { status, candles, candlesDone },
}: {
  backtest: Pick<Backtest, 'status' | 'candles' | 'candlesDone'>;
}) {
  const progress = status === 'running' && candles > 0 ? ` ${share(candlesDone / candles)}` : '';
  return (
    <StateMark mark={MARKS[status]}>
      {t(status)}
      {progress}
    </StateMark>
  );
}
