import { useState } from 'react';
import type uPlot from 'uplot';

interface Given {
  instants: readonly number[];
  chart: React.RefObject<uPlot | undefined>;
  onBrush: ((from: string, to: string) => void) | undefined;
}

const PAGE = 10;

/**
 * A chart from the keyboard: arrows move along the instants, Page Up and Down ten at a time, Home and End to the ends; with Shift a part is
 * chosen, which Enter shows. `at` is where it stands.
 */
export function useChartCursor({ instants, chart, onBrush }: Given) {
  const [at, setAt] = useState<number | undefined>();
  const [from, setFrom] = useState<number | undefined>();
  const last = instants.length - 1;
  const here = at === undefined ? undefined : Math.min(at, last);
  const onKeyDown = (event: React.KeyboardEvent) => {
    const now = here ?? last;
    const to = {
      ArrowLeft: now - 1,
      ArrowRight: now + 1,
      PageUp: now - PAGE,
      PageDown: now + PAGE,
      Home: 0,
      End: last,
    }[event.key];
    if (to !== undefined && last >= 0) {
      const next = here === undefined ? last : Math.max(0, Math.min(last, to));
      setFrom(event.shiftKey ? (from ?? now) : undefined);
      setAt(next);
      point(chart.current, instants, next, event.shiftKey ? (from ?? now) : undefined);
    } else if (event.key === 'Enter' && from !== undefined && here !== undefined && from !== here) {
      const [start, end] = [instants[Math.min(from, here)], instants[Math.max(from, here)]];
      setFrom(undefined);
      if (start !== undefined && end !== undefined)
        onBrush?.(new Date(start).toISOString(), new Date(end).toISOString());
    } else return;
    event.preventDefault();
  };
  return { at: here, onKeyDown };
}

function point(chart: uPlot | undefined, instants: readonly number[], at: number, from: number | undefined): void {
  if (!chart) return;
  const left = (index: number) => chart.valToPos((instants[index] ?? 0) / 1_000, 'x');
  chart.setCursor({ left: left(at), top: chart.over.clientHeight / 2 });
  const [start, end] = from === undefined ? [0, 0] : [Math.min(left(from), left(at)), Math.max(left(from), left(at))];
  chart.setSelect({ left: start, top: 0, width: end - start, height: chart.over.clientHeight }, false);
}
