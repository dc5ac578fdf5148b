import { Button, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { Bot } from '@tidegate/client';
import { botsUpdate } from '@tidegate/client/generated/limits/bot-executor';
import { useOrg, useRead, useWrite } from '../kernel/api.ts';
import { needed } from '../kernel/limits.ts';
import { MayOrAsk } from '../kernel/may.tsx';
import { Page } from '../kernel/page.tsx';
import { restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { plainFeed } from '../ladder/feed.rules.ts';
import { settingErrors } from '../ladder/setting-errors.ts';
import { SettingFields } from '../ladder/setting-fields.tsx';
import { settingName, settingValue } from '../ladder/setting-names.ts';
import { changesOf, formOf, type SettingChange, settingsOf } from '../ladder/settings-form.rules.ts';
import { useLadder } from '../ladder/use-ladder.ts';
import { StopBot } from './stop-bot.tsx';
import { WhatSettingsDo } from './what-settings-do.tsx';

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
  const markets = useRead('marketsList', {}).data?.items;
  const form = useForm({ initialValues: { name: bot.name, settings: formOf(bot.settings) } });
  const { name, settings: values } = form.values;
  const changes = changesOf(formOf(bot.settings), values);
  const save = useWrite('botsUpdate', {
    onDone: () => navigate({ to: '/o/$org/bots/$botId', params: { org, botId: bot.id } }),
  });
  const feed = plainFeed(bot.feed);
  const preview = useLadder(values, feed, bot.settings);
  const failed = save.error ?? preview.error;
  const errors = settingErrors(failed, values, ['name']);
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
                ...(changes.length > 0 ? { settings: settingsOf(values, bot.settings) } : {}),
              }),
            )}
          >
            <TextInput
              label={t('Name')}
              {...needed(botsUpdate.name)}
              {...form.getInputProps('name')}
              error={errors['name']}
            />
            <SettingFields
              form={form}
              values={values}
              errors={errors}
              refusal={failed}
              currency={markets?.find(({ market }) => market === values.market)?.quote}
            />
            <WhatChanges bot={bot} changes={changes} />
            <ProblemNote error={restOf(failed, errors)} />
            <Button
              type="submit"
              loading={save.isPending}
              disabled={!mayChange || (changes.length === 0 && name === bot.name)}
            >
              {t('Save')}
            </Button>
          </form>
          <WhatSettingsDo values={values} before={bot.settings} feed={feed} preview={preview} />
        </div>
      </MayOrAsk>
    </Page>
  );
}

/** Each setting before and after, and from which trade on. */
function WhatChanges({ bot, changes }: { bot: Bot; changes: readonly SettingChange[] }) {
  if (changes.length === 0) return null;
  const said = (place: string, value: SettingChange['to']) =>
    value === undefined || value === '' ? t('none') : settingValue(place, value);
  return (
    <section aria-label={t('What saving changes')} aria-live="polite">
      <h2>{t('What saving changes')}</h2>
      <ul>
        {changes.map(({ place, from, to }) => (
          <li key={place}>
            {settingName(place)}: {said(place, from)} → <strong>{said(place, to)}</strong>
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
