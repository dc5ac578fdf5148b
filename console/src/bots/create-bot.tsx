import { Button, NumberInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate } from '@tanstack/react-router';
import { botsCreate } from '@tidegate/client/generated/limits/bot-executor';
import { useOrg, useRead, useWrite } from '../kernel/api.ts';
import { limits } from '../kernel/limits.ts';
import { MayOrAsk } from '../kernel/may.tsx';
import { Page } from '../kernel/page.tsx';
import { restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';
import { FeedFields, useFeed } from '../ladder/feed-fields.tsx';
import { settingErrors } from '../ladder/setting-errors.ts';
import { SettingFields } from '../ladder/setting-fields.tsx';
import { EXAMPLE, marketOf, type SettingsForm, settingsOf } from '../ladder/settings-form.rules.ts';
import { useLadder } from '../ladder/use-ladder.ts';
import { WhatSettingsDo } from './what-settings-do.tsx';

/** The worst case stands beside the form before anything starts. */
export function CreateBot() {
  const org = useOrg();
  const navigate = useNavigate();
  const markets = useRead('marketsList', {}).data?.items ?? [];
  const form = useForm({ initialValues: { name: '', candlesPerSecond: '' as string | number, settings: EXAMPLE } });
  const { settings, candlesPerSecond } = form.values;
  const market = marketOf(settings.market, markets);
  const values: SettingsForm = { ...settings, market };
  const candles = useFeed(market);
  const { feed } = candles;
  const preview = useLadder(values, feed);
  const create = useWrite('botsCreate', {
    onDone: ({ id }) => navigate({ to: '/o/$org/bots/$botId', params: { org, botId: id } }),
  });
  const failed = create.error ?? preview.error;
  const errors = settingErrors(failed, values, ['name', PACE]);
  const pace = candlesPerSecond !== '' ? { candlesPerSecond: Number(candlesPerSecond) } : {};
  return (
    <Page title={t('Create a bot')}>
      <MayOrAsk op="botsCreate">
        <div className="columns">
          <form
            className="stack"
            onSubmit={form.onSubmit(({ name }) =>
              create.mutate({ name, settings: settingsOf(values), feed: { ...feed, ...candles.range, ...pace } }),
            )}
          >
            <TextInput
              label={t('Name')}
              {...limits(botsCreate.name)}
              {...form.getInputProps('name')}
              error={errors['name']}
            />
            <SettingFields
              form={form}
              values={values}
              errors={errors}
              refusal={failed}
              currency={markets.find((one) => one.market === market)?.quote}
              markets={markets}
              strategies
            />
            <FeedFields market={market} of={candles} range="begin" />
            <NumberInput
              label={t('Candles a second')}
              {...limits(botsCreate['feed.candlesPerSecond'])}
              description={t('How fast candles that are there are gone through; empty: as fast as possible.')}
              {...form.getInputProps('candlesPerSecond')}
              error={errors[PACE]}
            />
            <ProblemNote error={restOf(failed, errors)} />
            <Button type="submit" loading={create.isPending} disabled={feed === undefined}>
              {t('Create')}
            </Button>
          </form>
          <WhatSettingsDo values={values} feed={feed} preview={preview} />
        </div>
      </MayOrAsk>
    </Page>
  );
}

const PACE = 'feed.candlesPerSecond';
