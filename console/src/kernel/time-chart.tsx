import 'uplot/dist/uPlot.min.css';
import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import { useChartCursor } from './chart-cursor.ts';
import { hatched, patternOf } from './fill-patterns.ts';
import { bytes, clock, day, when, zoneName } from './format.ts';
import { Moment } from './moment.tsx';
import { t } from './strings.ts';
import classes from './time-chart.module.css';

export interface Series {
  label: string;
  /** One for each instant; null is a gap: nobody looked. */
  values: readonly (number | null)[];
  /** A token such as `--series-1`. */
  color: string;
}

/** Lines of a chart of bytes stand at round numbers of the units that it shows. */
const BYTES = [0, 1, 2, 3, 4].flatMap((power) =>
  [1, 2, 5, 10, 20, 50, 100, 200, 500].map((one) => one * 1024 ** power),
);

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
  /** What happened at an instant and explains the values. */
  marks?: readonly ChartMark[];
}

export interface ChartMark {
  /** In milliseconds. */
  at: number;
  text: string;
}

const NO_MARKS: readonly ChartMark[] = [];
const MOST_ROWS = 500;
/** Lines from the fourth on. */
const DASHED_FROM = 3;

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
  marks = NO_MARKS,
}: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [asTable, setAsTable] = useState(false);
  const brush = useRef(onBrush);
  brush.current = onBrush;
  const drawn = useRef<uPlot | undefined>(undefined);
  const cursor = useChartCursor({ instants, chart: drawn, onBrush });
  const pointed = cursor.at === undefined ? undefined : instants[cursor.at];
  const said = saidAt(cursor.at ?? instants.length - 1, instants, series, format);
  useEffect(() => {
    const element = place.current;
    if (!element || asTable) return;
    const days = Date.parse(to) - Date.parse(from) > 3 * 86_400_000;
    const style = getComputedStyle(document.documentElement);
    const color = (token: string) => style.getPropertyValue(token).trim();
    const fills = series.map(({ color: token }, index) =>
      hatched(patternOf(index), `${color(token)}99`, color('--page')),
    );
    const sums = stacked ? stack(series.map(({ values }) => values)) : series.map(({ values }) => values);
    const data = [instants.map((at) => at / 1_000), ...sums] as uPlot.AlignedData;
    const axis = { stroke: color('--text-2'), grid: { stroke: color('--hairline'), width: 1 }, ticks: { show: false } };
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height,
        // Ticks stand where days and hours begin in the zone in which they are written.
        tzDate: (at) => uPlot.tzDate(new Date(at * 1_000), zoneName()),
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
            size: 28,
            ...(days ? { space: 110 } : {}),
            values: (_chart, splits) => splits.map((at) => (days ? day(at * 1_000) : clock(at * 1_000))),
          },
          {
            ...axis,
            ...(format === bytes ? { incrs: BYTES } : {}),
            size: 72,
            values: (_chart, splits) => splits.map((value) => format(value)),
          },
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
            ...(stacked ? { fill: () => fills[index] ?? '' } : {}),
            ...(!stacked && index >= DASHED_FROM ? { dash: [6, 3] } : {}),
          })),
        ],
        ...(stacked
          ? { bands: series.slice(1).map((_one, index) => ({ series: [index + 2, index + 1] as [number, number] })) }
          : {}),
        hooks: {
          draw: [(chart) => drawMarks(chart, marks, color('--text-2'))],
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
    drawn.current = chart;
    const resized = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      chart.destroy();
      drawn.current = undefined;
    };
  }, [instants, series, from, to, stacked, format, height, marks, asTable]);
  return (
    <figure className={classes['chart']}>
      <figcaption className={classes['caption']}>
        <strong>{title}</strong>
        <ul className={classes['legend']}>
          {(series.length === 1 && series[0]?.label === title ? [] : series).map(({ label, color }, index) => (
            <li key={label}>
              <span
                className={classes['swatch']}
                style={{ backgroundColor: `var(${color})` }}
                data-pattern={stacked ? patternOf(index) : undefined}
                data-dashed={(!stacked && index >= DASHED_FROM) || undefined}
                aria-hidden="true"
              />
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
                  <td>
                    <Moment at={at} />
                  </td>
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
        // A slider over the instants: its value is read aloud wherever it is moved to.
        <div
          ref={place}
          role="slider"
          tabIndex={0}
          aria-label={`${title}: ${summary}`}
          aria-valuemin={0}
          aria-valuemax={Math.max(0, instants.length - 1)}
          aria-valuenow={cursor.at ?? Math.max(0, instants.length - 1)}
          aria-valuetext={said}
          onKeyDown={cursor.onKeyDown}
          style={{ height }}
        />
      )}
      {pointed === undefined || asTable ? null : (
        <p className="quiet">
          <Moment at={pointed}>{said}</Moment>
        </p>
      )}
    </figure>
  );
}

/** A dashed line from top to bottom, with its number at the top: the list beside the charts has the words. */
function drawMarks({ ctx, bbox, valToPos }: uPlot, marks: readonly ChartMark[], color: string): void {
  const { left, top, width, height } = bbox;
  ctx.save();
  ctx.strokeStyle = color;
  ctx.fillStyle = color;
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.textAlign = 'left';
  ctx.font = `${11 * devicePixelRatio}px sans-serif`;
  for (const [index, { at }] of marks.entries()) {
    const x = Math.round(valToPos(at / 1_000, 'x', true));
    if (x < left || x > left + width) continue;
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    ctx.fillText(String(index + 1), x + 3 * devicePixelRatio, top + 11 * devicePixelRatio);
  }
  ctx.restore();
}

/** An instant in words, with all that was measured then. */
function saidAt(
  at: number,
  instants: readonly number[],
  series: readonly Series[],
  format: (value: number) => string,
): string {
  const instant = instants[at];
  if (instant === undefined) return t('Nothing was measured.');
  const values = series.map(
    ({ label, values }) => `${label} ${values[at] == null ? '–' : format(values[at] as number)}`,
  );
  return `${when(instant)}: ${values.join(', ')}`;
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
