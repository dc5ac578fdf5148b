import { Button, NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDebouncedValue } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useOrg, useRead, useWrite } from '../kernel/api.ts';
import { Page } from '../kernel/page.tsx';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';
import { EXAMPLE, FIELDS, type LadderForm, settingsOf } from './ladder-input.rules.ts';
import { LadderPreview } from './ladder-preview.tsx';

const PAUSE_MS = 150;

/** The worst case stands beside the form before anything starts. */
export function CreateBot() {
  const org = useOrg();
  const navigate = useNavigate();
  const markets = useRead('marketsList', {}).data?.items ?? [];
  const form = useForm({ initialValues: { name: '', ...EXAMPLE } });
  const market = form.values.market || (markets.find(({ bundled }) => bundled)?.market ?? markets[0]?.market ?? '');
  const values: LadderForm = { ...form.values, market };
  const [typed] = useDebouncedValue(JSON.stringify(settingsOf(values)), PAUSE_MS);
  const settings = useMemo(() => JSON.parse(typed) as ReturnType<typeof settingsOf>, [typed]);
  const preview = useRead('botsPreviewLadder', { settings }, { enabled: settings.market !== '' });
  const create = useWrite('botsCreate', {
    onDone: ({ id }) => navigate({ to: '/o/$org/bots/$botId', params: { org, botId: id } }),
  });
  const backtest = useWrite('backtestsCreate', {
    onDone: ({ id }) => navigate({ to: '/o/$org/backtests/$backtestId', params: { org, backtestId: id } }),
  });
  const failed = create.error ?? backtest.error ?? preview.error;
  const errors = Object.fromEntries(
    Object.entries(fieldErrors(failed)).map(([path, text]) => [FIELDS[path] ?? path, text]),
  );
  const field = (name: keyof typeof form.values) => ({ ...form.getInputProps(name), error: errors[name] });
  const number = (name: keyof LadderForm, label: string, required = true) => (
    <TextInput label={label} inputMode="decimal" required={required} {...field(name)} />
  );
  return (
    <Page title={t('Create a bot')}>
      <div className="columns">
        <form
          className="stack"
          onSubmit={form.onSubmit(({ name }) => create.mutate({ name, settings: settingsOf(values) }))}
        >
          <TextInput label={t('Name')} required {...field('name')} />
          <NativeSelect
            label={t('Market')}
            data={markets.map((one) => one.market)}
            {...field('market')}
            value={market}
          />
          <SegmentedControl
            aria-label={t('Direction')}
            data={[
              { value: 'long', label: t('long') },
              { value: 'short', label: t('short') },
            ]}
            {...form.getInputProps('direction')}
          />
          {number('baseOrder', t('First order'))}
          {number('count', t('Averaging orders'))}
          {number('size', t('Size of the first of them'))}
          {number('deviationPercent', t('Distance of the first, in per cent'))}
          {number('stepScale', t('Each distance times'))}
          {number('volumeScale', t('Each size times'))}
          {number('takeProfit', t('Take profit, in per cent'))}
          {number('stopLoss', t('Stop loss, in per cent (empty: none)'), false)}
          <ProblemNote error={restOf(failed, errors)} />
          <div className="row">
            <Button type="submit" loading={create.isPending}>
              {t('Create')}
            </Button>
            <Button
              variant="default"
              loading={backtest.isPending}
              onClick={() => backtest.mutate({ settings: settingsOf(values) })}
            >
              {t('Backtest these settings')}
            </Button>
          </div>
        </form>
        {preview.data ? <LadderPreview ladder={preview.data} /> : null}
      </div>
    </Page>
  );
}
