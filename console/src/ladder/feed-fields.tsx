import { NativeSelect, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { CandleSeries } from '@tidegate/client';
import { useState } from 'react';
import { useOrg, useRead } from '../kernel/api.ts';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { ALL_CANDLES, type FeedForm, plainFeed, rangeOf, seriesKey, seriesOf } from './feed.rules.ts';

/** What a form chooses of the candles that there are of its market. */
export function useFeed(market: string) {
  const all = useRead('candlesListSeries', {}).data?.items;
  const [form, setForm] = useState<FeedForm>(ALL_CANDLES);
  const series = seriesOf(form.series, market, all ?? []);
  return {
    form,
    setForm,
    series,
    /** Those of its market; absent until it is known. */
    there: all?.filter((one) => one.market === market),
    /** Without a range. */
    feed: series && plainFeed(series),
    range: rangeOf(form),
  };
}

/** `range`: which days can be chosen besides. */
export function FeedFields({
  market,
  of: { form, setForm, series, there },
  range = 'none',
}: {
  market: string;
  of: ReturnType<typeof useFeed>;
  range?: 'none' | 'begin' | 'both';
}) {
  const org = useOrg();
  if (there?.length === 0)
    return (
      <div>
        <StateMark mark="warning">{t('There are no candles of {market} yet.', { market })}</StateMark>{' '}
        <Link to="/o/$org/candles" params={{ org }}>
          {t('Import some')}
        </Link>
      </div>
    );
  return (
    <>
      <NativeSelect
        label={t('Candles')}
        data={(there ?? []).map((one) => ({ value: seriesKey(one), label: seriesName(one) }))}
        value={series ? seriesKey(series) : ''}
        onChange={({ currentTarget }) => setForm({ ...form, series: currentTarget.value })}
        description={
          series
            ? t('{count, plural, one {# candle} other {# candles}}, {from} to {to} (UTC)', {
                count: series.candles,
                from: series.from.slice(0, 10),
                to: series.to.slice(0, 10),
              })
            : undefined
        }
      />
      {range === 'none' ? null : <RangeFields form={form} setForm={setForm} series={series} end={range === 'both'} />}
    </>
  );
}

export function RangeFields({
  form,
  setForm,
  series,
  end,
}: {
  form: FeedForm;
  setForm: (form: FeedForm) => void;
  series?: CandleSeries | undefined;
  end: boolean;
}) {
  const bounds = series ? { min: series.from.slice(0, 10), max: series.to.slice(0, 10) } : {};
  return (
    <div className="row">
      <TextInput
        type="date"
        label={t('First day (UTC)')}
        {...bounds}
        value={form.from}
        onChange={({ currentTarget }) => setForm({ ...form, from: currentTarget.value })}
      />
      {end ? (
        <TextInput
          type="date"
          label={t('Last day (UTC)')}
          {...bounds}
          value={form.to}
          onChange={({ currentTarget }) => setForm({ ...form, to: currentTarget.value })}
        />
      ) : null}
    </div>
  );
}

export const seriesName = ({ source, interval }: Pick<CandleSeries, 'source' | 'interval'>): string =>
  source === 'bundled' ? t('{interval}, synthetic', { interval }) : t('{interval}, your own', { interval });
