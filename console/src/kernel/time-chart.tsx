import 'uplot/dist/uPlot.min.css';
import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import { clock, day, when } from './format.ts';
import { t } from './strings.ts';
import classes from './time-chart.module.css';

export interface Series {
  label: string;
  /** One for each instant; null is a gap: nobody looked. */
  values: readonly (number | null)[];
  /** A token such as `--series-1`. */
  color: string;
}

interface Props {
  title: string;
  /** What the chart says, for those who do not see it. */
  summary: string;
  /** Ascending, in milliseconds. */
  instants: readonly number[];
  series: readonly Series[];
  /** What was asked for, also where nothing is known. */
  range: { from: string; to: string };
  stacked?: boolean;
  /** A value with its unit. */
  format: (value: number) => string;
  /** A part was chosen with the pointer. */
  onBrush?: (from: string, to: string) => void;
  height?: number;
}

const MOST_ROWS = 500;

/** Values over time: a picture to look at, and the same as a table. */
export function TimeChart({
  title,
  summary,
  instants,
  series,
  range: { from, to },
  stacked,
  format,
  onBrush,
  height = 220,
}: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [asTable, setAsTable] = useState(false);
  const brush = useRef(onBrush);
  brush.current = onBrush;
  useEffect(() => {
    const element = place.current;
    if (!element || asTable) return;
    const days = Date.parse(to) - Date.parse(from) > 3 * 86_400_000;
    const style = getComputedStyle(document.documentElement);
    const color = (token: string) => style.getPropertyValue(token).trim();
    const sums = stacked ? stack(series.map(({ values }) => values)) : series.map(({ values }) => values);
    const data = [instants.map((at) => at / 1_000), ...sums] as uPlot.AlignedData;
    const axis = { stroke: color('--text-2'), grid: { stroke: color('--hairline'), width: 1 }, ticks: { show: false } };
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height,
        cursor: { drag: { x: brush.current !== undefined, y: false, setScale: false }, points: { size: 6 } },
        legend: { show: false },
        scales: {
          x: { range: [Date.parse(from) / 1_000, Date.parse(to) / 1_000] },
          // What falls below zero, such as a loss, is seen as well.
          y: { range: (_chart, low, high) => [low < 0 ? low * 1.05 : 0, high > 0 ? high * 1.05 : low < 0 ? 0 : 1] },
        },
        axes: [
          {
            ...axis,
            ...(days ? { space: 110 } : {}),
            values: (_chart, splits) => splits.map((at) => (days ? day(at * 1_000) : clock(at * 1_000))),
          },
          { ...axis, size: 72, values: (_chart, splits) => splits.map((value) => format(value)) },
        ],
        series: [
          {},
          ...series.map(({ label, color: token }, index) => ({
            label,
            stroke: color(token),
            width: 1.5,
            spanGaps: false,
            // One between two gaps has no line: it is drawn as a point.
            points: { show: true, size: 4, filter: (_chart: uPlot, at: number) => alone(data[at] ?? []) },
            ...(stacked ? { fill: `${color(token)}99` } : {}),
            ...(!stacked && index > 2 ? { dash: [6, 3] } : {}),
          })),
        ],
        ...(stacked
          ? { bands: series.slice(1).map((_one, index) => ({ series: [index + 2, index + 1] as [number, number] })) }
          : {}),
        hooks: {
          setSelect: [
            ({ select, posToVal, setSelect }) => {
              if (select.width < 4) return;
              const [from, to] = [select.left, select.left + select.width].map((at) => posToVal(at, 'x') * 1_000);
              setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              if (from !== undefined && to !== undefined)
                brush.current?.(new Date(from).toISOString(), new Date(to).toISOString());
            },
          ],
        },
      },
      data,
      element,
    );
    const resized = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      chart.destroy();
    };
  }, [instants, series, from, to, stacked, format, height, asTable]);
  return (
    <figure className={classes['chart']}>
      <figcaption className={classes['caption']}>
        <strong>{title}</strong>
        <ul className={classes['legend']}>
          {series.map(({ label, color }) => (
            <li key={label}>
              <span className={classes['swatch']} style={{ background: `var(${color})` }} aria-hidden="true" />
              {label}
            </li>
          ))}
        </ul>
        <Button size="compact-xs" variant="subtle" onClick={() => setAsTable(!asTable)} aria-pressed={asTable}>
          {asTable ? t('As a chart') : t('As a table')}
        </Button>
      </figcaption>
      {asTable ? (
        <div className={classes['values']}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('Time')}</th>
                {series.map(({ label }) => (
                  <th key={label} scope="col">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {instants.slice(-MOST_ROWS).map((at, row) => (
                <tr key={at}>
                  <td>{when(at)}</td>
                  {series.map(({ label, values }) => {
                    const value = values[Math.max(0, instants.length - MOST_ROWS) + row];
                    return <td key={label}>{value == null ? '–' : format(value)}</td>;
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <div ref={place} role="img" aria-label={`${title}: ${summary}`} style={{ height }} />
      )}
    </figure>
  );
}

/** Positions of the values that have no neighbour. */
function alone(values: uPlot.AlignedData[number]): number[] {
  const found: number[] = [];
  for (let at = 0; at < values.length; at += 1) {
    if (values[at] != null && values[at - 1] == null && values[at + 1] == null) found.push(at);
  }
  return found;
}

/** Each on top of those before it; a gap is one in all. */
function stack(all: readonly (readonly (number | null)[])[]): (number | null)[][] {
  const sums: (number | null)[][] = [];
  for (const values of all) {
    const below = sums.at(-1);
    sums.push(values.map((value, at) => (value === null ? null : value + (below?.[at] ?? 0))));
  }
  return sums;
}
