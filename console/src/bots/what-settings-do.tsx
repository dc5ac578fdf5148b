import type { BotSettings, CandleSeries } from '@tidegate/client';
import { QuickBacktest } from '../backtests/quick-backtest.tsx';
import { type Asked, AskedContext } from '../kernel/asked.ts';
import { t } from '../kernel/strings.ts';
import { LadderPreview } from '../ladder/ladder-preview.tsx';
import { changesOf, formOf, type SettingsForm, settingsOf } from '../ladder/settings-form.rules.ts';
import type { useLadder } from '../ladder/use-ladder.ts';

/** Beside the form, before anything is saved: the ladder where there is one, and a backtest of the same candles. */
export function WhatSettingsDo({
  values,
  before,
  feed,
  preview,
}: {
  values: SettingsForm;
  before?: BotSettings;
  feed: Pick<CandleSeries, 'source' | 'interval'> | undefined;
  preview: ReturnType<typeof useLadder>;
}) {
  return (
    <div className="stack">
      {values.strategy === 'dca' ? (
        <AskedContext value={(preview as { asked?: Asked }).asked}>
          {preview.data && feed ? (
            <LadderPreview
              ladder={preview.data}
              feed={feed}
              direction={values.direction === 'short' ? 'short' : 'long'}
            />
          ) : null}
        </AskedContext>
      ) : (
        <p>
          {t(
            'This strategy decides on each order anew, so there is no ladder to be drawn: a backtest shows what it does.',
          )}
        </p>
      )}
      <QuickBacktest
        feed={feed}
        settings={() => settingsOf(values, before)}
        stale={(ran) => changesOf(formOf(ran), values).length > 0}
      />
    </div>
  );
}
