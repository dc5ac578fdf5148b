import { Button, NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate } from '@tanstack/react-router';
import type { DcaSettingsInput } from '@tidegate/client';
import { sweepsCreate } from '@tidegate/client/generated/limits/bot-executor';
import { useOrg, useRead, useWrite } from '../kernel/api.ts';
import { MayOrAsk } from '../kernel/may.tsx';
import { Page } from '../kernel/page.tsx';
import { restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';
import { FeedFields, useFeed } from '../ladder/feed-fields.tsx';
import { settingErrors } from '../ladder/setting-errors.ts';
import { SettingFields } from '../ladder/setting-fields.tsx';
import { settingName } from '../ladder/setting-names.ts';
import { EXAMPLE, marketOf, type SettingsForm, settingsOf } from '../ladder/settings-form.rules.ts';
import { combinationsOf, VARIABLE, varyOf } from './sweep-input.rules.ts';

const TRIED: Record<string, string> = {
  'takeProfit.percent': '1 1.5 2 2.5',
  'averagingOrders.deviationPercent': '1 1.5 2',
};
const EACH: Record<(typeof sweepsCreate.rankBy.choices)[number], string> = {
  profit: 'most profit',
  profitToCapital: 'most profit for the money in a trade',
  profitToDrawdown: 'most profit for the deepest drawdown',
};
const TRAINED = '2000';
const TESTED = '500';

/** Which values are tried, and how many backtests that makes before any is run. */
export function CreateSweep() {
  const org = useOrg();
  const navigate = useNavigate();
  const markets = useRead('marketsList', {}).data?.items ?? [];
  const form = useForm({
    initialValues: {
      settings: EXAMPLE,
      tried: Object.fromEntries(VARIABLE.map((setting) => [keyOf(setting), TRIED[setting] ?? ''])),
      kind: 'ranking',
      rankBy: 'profit',
      train: TRAINED,
      test: TESTED,
    },
  });
  const { settings, tried, kind, rankBy, train, test } = form.values;
  const market = marketOf(settings.market, markets);
  const values: SettingsForm = { ...settings, market };
  const candles = useFeed(market);
  const vary = varyOf(Object.fromEntries(VARIABLE.map((setting) => [setting, tried[keyOf(setting)] ?? ''])));
  const create = useWrite('sweepsCreate', {
    onDone: ({ id }) => navigate({ to: '/o/$org/sweeps/$sweepId', params: { org, sweepId: id } }),
  });
  const errors = settingErrors(create.error, values);
  const submit = () =>
    create.mutate({
      settings: settingsOf(values) as DcaSettingsInput,
      vary,
      feed: { ...candles.feed, ...candles.range },
      rankBy: rankBy as 'profit',
      ...(kind === 'walk' ? { walkForward: { trainCandles: Number(train), testCandles: Number(test) } } : {}),
    });
  return (
    <Page title={t('Start a sweep')}>
      <MayOrAsk op="sweepsCreate">
        <form className="columns" onSubmit={form.onSubmit(submit)}>
          <section className="stack" aria-label={t('Settings')}>
            <h2>{t('Settings')}</h2>
            <SettingFields
              form={form}
              values={values}
              errors={errors}
              refusal={create.error}
              currency={markets.find((one) => one.market === market)?.quote}
              markets={markets}
            />
            <FeedFields market={market} of={candles} range="both" />
          </section>
          <section className="stack form" aria-label={t('Values that are tried')}>
            <h2>{t('Values that are tried')}</h2>
            <p className="quiet">
              {t(
                'Separated by spaces, with a decimal point: 1.5 2 2.5. At most four settings; an empty one stays as it is in the settings.',
              )}
            </p>
            {VARIABLE.map((setting) => (
              <TextInput
                key={setting}
                label={settingName(setting)}
                {...form.getInputProps(`tried.${keyOf(setting)}`)}
              />
            ))}
            <SegmentedControl
              aria-label={t('Kind')}
              data={[
                { value: 'ranking', label: t('ranking') },
                { value: 'walk', label: t('walk-forward') },
              ]}
              {...form.getInputProps('kind')}
            />
            {kind === 'walk' ? (
              <>
                <TextInput inputMode="numeric" label={t('Candles to train on')} {...form.getInputProps('train')} />
                <TextInput
                  inputMode="numeric"
                  label={t('Candles to test on, after them')}
                  {...form.getInputProps('test')}
                />
              </>
            ) : null}
            <NativeSelect
              label={t('Best is')}
              data={sweepsCreate.rankBy.choices.map((value) => ({ value, label: t(EACH[value]) }))}
              {...form.getInputProps('rankBy')}
            />
            <p aria-live="polite">
              {t('{count, plural, one {# combination is tried} other {# combinations are tried}}', {
                count: combinationsOf(vary),
              })}
            </p>
            <ProblemNote error={restOf(create.error, errors)} />
            <Button type="submit" loading={create.isPending} disabled={vary.length === 0 || candles.feed === undefined}>
              {t('Start')}
            </Button>
          </section>
        </form>
      </MayOrAsk>
    </Page>
  );
}

/** Points would be paths in a form's names. */
const keyOf = (setting: string): string => setting.replace('.', ' ');
