import { NativeSelect, VisuallyHidden } from '@mantine/core';
import type { Sweep, SweepResult } from '@tidegate/client';
import { useMemo } from 'react';
import { decimal, rounded, figure as written } from '../kernel/format.ts';
import { t } from '../kernel/strings.ts';
import { settingName } from '../ladder/setting-names.ts';
import classes from './heat-map.module.css';
import { axesOf, type Figure, fixedOf, heatMap } from './heat-map.rules.ts';
import { FIGURES } from './sweep-words.ts';

interface Props {
  sweep: Sweep;
  best: SweepResult | undefined;
  results: readonly SweepResult[];
  x: string | undefined;
  y: string | undefined;
  figure: Figure;
  onChange: (change: { x?: string; y?: string; figure?: Figure | undefined }) => void;
}

/** Two chosen settings against each other: a number in each cell, darker where it is better, hatched where it cannot work. */
export function HeatMap({ sweep: { vary }, best, results, x, y, figure, onChange }: Props) {
  const axes = useMemo(() => axesOf(vary, x, y), [vary, x, y]);
  const fixed = fixedOf(vary, axes, best);
  const { xs, ys, rows } = heatMap(results, axes, fixed, figure);
  // Some hundred sentences, which other axes do not change.
  const titles = useMemo(() => new Map(results.map((result) => [result, describe(result)])), [results]);
  const [across, down] = axes;
  const settings = vary.map(({ setting }) => ({ value: setting, label: settingName(setting) }));
  return (
    <div>
      <div className="row">
        <NativeSelect
          label={t('Across')}
          data={settings}
          value={across?.setting ?? ''}
          onChange={({ currentTarget }) => onChange({ x: currentTarget.value })}
        />
        {down ? (
          <NativeSelect
            label={t('Down')}
            data={settings.filter(({ value }) => value !== across?.setting)}
            value={down.setting}
            onChange={({ currentTarget }) => onChange({ y: currentTarget.value })}
          />
        ) : null}
        <NativeSelect
          label={t('Figure')}
          data={Object.entries(FIGURES).map(([value, label]) => ({ value, label: t(label) }))}
          value={figure}
          onChange={({ currentTarget: { value } }) =>
            onChange({ figure: value === 'profit' ? undefined : (value as Figure) })
          }
        />
      </div>
      {fixed.length > 0 ? (
        <p className="quiet">
          {t('The others as in the best result:')}{' '}
          {fixed.map(({ setting, value }) => `${settingName(setting)}: ${written(String(value))}`).join('; ')}
        </p>
      ) : null}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must be reached by the keyboard */}
      <section className={classes['frame']} tabIndex={0} aria-label={t('Heat map')}>
        <table className={classes['map']}>
          <thead>
            <tr>
              <th scope="col">
                <VisuallyHidden>
                  {down ? settingName(down.setting) : ''} \ {across ? settingName(across.setting) : ''}
                </VisuallyHidden>
              </th>
              {xs.map((value) => (
                <th key={value} scope="col">
                  {written(String(value))}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <tr key={ys[at]}>
                <th scope="row">{written(String(ys[at]))}</th>
                {row.map(({ x: value, result, shade }) =>
                  result ? (
                    <td
                      key={value}
                      className={classes['cell']}
                      style={{ '--shade': shade } as React.CSSProperties}
                      data-best={shade === 1 || undefined}
                      title={titles.get(result)}
                    >
                      {figure === 'closedTrades' ? written(String(result[figure])) : rounded(String(result[figure]))}
                    </td>
                  ) : (
                    <td key={value} className={classes['refused']} title={t('These values cannot work together')}>
                      {t('refused')}
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

const describe = ({ rank, profit, openProfit, closedTrades, maxDrawdown }: SweepResult): string =>
  t(
    'Rank {rank}: closed profit {profit}, open {open}, {trades, plural, one {# trade} other {# trades}}, drawdown {drawdown}',
    {
      rank,
      profit: decimal(profit),
      open: decimal(openProfit),
      trades: closedTrades,
      drawdown: decimal(maxDrawdown),
    },
  );
