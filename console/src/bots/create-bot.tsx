import { Button, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate } from '@tanstack/react-router';
import { botsCreate } from '@tidegate/client/generated/limits/bot-executor';
import { QuickBacktest } from '../backtests/quick-backtest.tsx';
import { useOrg, useRead, useWrite } from '../kernel/api.ts';
import { type Asked, AskedContext } from '../kernel/asked.ts';
import { limits } from '../kernel/limits.ts';
import { MayOrAsk } from '../kernel/may.tsx';
import { Page } from '../kernel/page.tsx';
import { restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';
import { FeedFields, useFeed } from '../ladder/feed-fields.tsx';
import { ladderErrors } from '../ladder/ladder-errors.ts';
import { LadderFields } from '../ladder/ladder-fields.tsx';
import { changesOf, EXAMPLE, formOf, type LadderForm, marketOf, settingsOf } from '../ladder/ladder-input.rules.ts';
import { LadderPreview } from '../ladder/ladder-preview.tsx';
import { useLadder } from '../ladder/use-ladder.ts';

/** The worst case stands beside the form before anything starts. */
export function CreateBot() {
  const org = useOrg();
  const navigate = useNavigate();
  const markets = useRead('marketsList', {}).data?.items ?? [];
  const form = useForm({ initialValues: { name: '', ...EXAMPLE } });
  const market = marketOf(form.values.market, markets);
  const { name: _name, ...typed } = form.values;
  const values: LadderForm = { ...typed, market };
  const candles = useFeed(market);
  const { feed } = candles;
  const preview = useLadder(values, feed);
  const create = useWrite('botsCreate', {
    onDone: ({ id }) => navigate({ to: '/o/$org/bots/$botId', params: { org, botId: id } }),
  });
  const failed = create.error ?? preview.error;
  const errors = ladderErrors(failed);
  return (
    <Page title={t('Create a bot')}>
      <MayOrAsk op="botsCreate">
        <div className="columns">
          <form
            className="stack"
            onSubmit={form.onSubmit(({ name }) =>
              create.mutate({ name, settings: settingsOf(values), feed: { ...feed, ...candles.range } }),
            )}
          >
            <TextInput
              label={t('Name')}
              {...limits(botsCreate.name)}
              {...form.getInputProps('name')}
              error={errors['name']}
            />
            <LadderFields form={form} errors={errors} market={market} markets={markets} />
            <FeedFields market={market} of={candles} range="begin" />
            <ProblemNote error={restOf(failed, errors)} />
            <Button type="submit" loading={create.isPending} disabled={feed === undefined}>
              {t('Create')}
            </Button>
          </form>
          <div className="stack">
            <AskedContext value={(preview as { asked?: Asked }).asked}>
              {preview.data && feed ? (
                <LadderPreview ladder={preview.data} feed={feed} direction={values.direction} />
              ) : null}
            </AskedContext>
            <QuickBacktest
              feed={feed}
              settings={() => settingsOf(values)}
              stale={(ran) => changesOf(formOf(ran as never), values).length > 0}
            />
          </div>
        </div>
      </MayOrAsk>
    </Page>
  );
}
