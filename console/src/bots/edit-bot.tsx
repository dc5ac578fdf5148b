import { Button, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { Bot, DcaSettings } from '@tidegate/client';
import { botsUpdate } from '@tidegate/client/generated/limits/bot-executor';
import { QuickBacktest } from '../backtests/quick-backtest.tsx';
import { useOrg, useRead, useWrite } from '../kernel/api.ts';
import { type Asked, AskedContext } from '../kernel/asked.ts';
import { needed } from '../kernel/limits.ts';
import { MayOrAsk } from '../kernel/may.tsx';
import { Page } from '../kernel/page.tsx';
import { restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { plainFeed } from '../ladder/feed.rules.ts';
import { ladderErrors } from '../ladder/ladder-errors.ts';
import { LadderFields } from '../ladder/ladder-fields.tsx';
import { changesOf, formOf, type LadderForm, settingsOf, TITLES } from '../ladder/ladder-input.rules.ts';
import { LadderPreview } from '../ladder/ladder-preview.tsx';
import { useLadder } from '../ladder/use-ladder.ts';
import { StopBot } from './stop-bot.tsx';

const route = getRouteApi('/o/$org/bots/$botId/edit');

/** Settings change between trades only: what that means for the open one is said before anything is saved. */
export function EditBot() {
  const { botId } = route.useParams();
  const bot = useRead('botsGet', { botId }, { everyMs: 5_000 });
  return <Reading of={bot}>{(data) => <EditForm key={data.id} bot={data} />}</Reading>;
}

function EditForm({ bot }: { bot: Bot }) {
  const org = useOrg();
  const navigate = useNavigate();
  const ladder = isLadder(bot.settings) ? bot.settings : undefined;
  const before = ladder && formOf(ladder);
  const form = useForm({ initialValues: { name: bot.name, ...before } });
  const { name, ...typed } = form.values;
  const values = typed as LadderForm;
  const changes = before ? changesOf(before, values) : [];
  const save = useWrite('botsUpdate', {
    onDone: () => navigate({ to: '/o/$org/bots/$botId', params: { org, botId: bot.id } }),
  });
  const errors = ladderErrors(save.error);
  const mayChange = bot.status === 'stopped' || changes.length === 0;
  return (
    <Page title={t('Edit {name}', { name: bot.name })}>
      <MayOrAsk op="botsUpdate">
        <div className="columns">
          <form
            className="stack"
            onSubmit={form.onSubmit(() =>
              save.mutate({
                botId: bot.id,
                name,
                ...(ladder && changes.length > 0 ? { settings: settingsOf(values, ladder) } : {}),
              }),
            )}
          >
            <TextInput
              label={t('Name')}
              {...needed(botsUpdate.name)}
              {...form.getInputProps('name')}
              error={errors['name']}
            />
            {ladder ? <LadderFields form={form} errors={errors} market={ladder.market} /> : null}
            <WhatChanges bot={bot} changes={changes} />
            <ProblemNote error={restOf(save.error, errors)} />
            <Button
              type="submit"
              loading={save.isPending}
              disabled={!mayChange || (changes.length === 0 && name === bot.name)}
            >
              {t('Save')}
            </Button>
          </form>
          <div className="stack">
            {ladder ? <Preview values={values} before={ladder} of={bot} /> : null}
            {ladder ? null : (
              <p>{t('The settings of this strategy are changed by the API; its name can be changed here.')}</p>
            )}
          </div>
        </div>
      </MayOrAsk>
    </Page>
  );
}

/** Over the bot's own candles. */
function Preview({ values, before, of }: { values: LadderForm; before: DcaSettings; of: Bot }) {
  const feed = plainFeed(of.feed);
  const preview = useLadder(values, feed, before);
  return (
    <>
      <ProblemNote error={preview.error} />
      <AskedContext value={(preview as { asked?: Asked }).asked}>
        {preview.data ? <LadderPreview ladder={preview.data} feed={feed} direction={values.direction} /> : null}
      </AskedContext>
      <QuickBacktest
        feed={feed}
        settings={() => settingsOf(values, before)}
        stale={(ran) => changesOf(formOf(ran as never), values).length > 0}
      />
    </>
  );
}

/** Each setting before and after, and from which trade on. */
function WhatChanges({ bot, changes }: { bot: Bot; changes: ReturnType<typeof changesOf> }) {
  if (changes.length === 0) return null;
  return (
    <section aria-label={t('What saving changes')} aria-live="polite">
      <h2>{t('What saving changes')}</h2>
      <ul>
        {changes.map(({ field, from, to }) => (
          <li key={field}>
            {t(TITLES[field])}: {from || t('none')} → <strong>{to || t('none')}</strong>
          </li>
        ))}
      </ul>
      {bot.status === 'stopped' ? (
        <p>{t('From its next trade on. Past trades stay as they are.')}</p>
      ) : (
        <>
          <StateMark mark="warning">{t('It has to be stopped first')}</StateMark>
          <p>
            {bot.openTradeId
              ? t('Its open trade was begun with the settings of now and ends with them: finish or close it first.')
              : t('It may open a trade at any moment: stop it first.')}
          </p>
          <div className="row">
            <StopBot bot={bot} />
          </div>
        </>
      )}
    </section>
  );
}

const isLadder = (settings: Bot['settings']): settings is DcaSettings => 'averagingOrders' in settings;
