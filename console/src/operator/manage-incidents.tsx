import { Anchor, Button, MultiSelect, Paper, Select, Textarea, TextInput } from '@mantine/core';
import type { Incident } from '@tidegate/client';
import { incidentsOpen, incidentsUpdate } from '@tidegate/client/generated/limits/operator';
import { type FormEvent, useState } from 'react';
import { usePages, useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { Empty } from '../kernel/empty.tsx';
import { limits, needed } from '../kernel/limits.ts';
import { Moment } from '../kernel/moment.tsx';
import { newestError } from '../kernel/newest-error.rules.ts';
import { Page } from '../kernel/page.tsx';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';

type State = Incident['state'];
type Component = Incident['components'][number];

const WORDS: Record<State, string> = {
  investigating: 'investigating',
  identified: 'identified',
  monitoring: 'watched after a correction',
  resolved: 'resolved',
};
const EACH: Record<Component, string> = {
  api: 'API and sign-in',
  billing: 'Plans and payments',
  usage: 'Usage',
  monitoring: 'Database monitoring',
  trading: 'Trading bots',
  notifications: 'Notifications',
};
const wordOf = (state: State) => t(WORDS[state]);
const states = () => incidentsUpdate.state.choices.map((value) => ({ value, label: wordOf(value) }));
const components = () => incidentsOpen.components.each.choices.map((value) => ({ value, label: t(EACH[value]) }));

export function ManageIncidents() {
  const incidents = usePages('incidentsList', { limit: 50 }, { everyMs: 30_000 });
  return (
    <Page title={t('Incidents')} lead={t('What everybody reads on the public page of states, without a log-in.')}>
      <p>
        <Anchor href="/status" target="_blank">
          {t('Open the public page')}
        </Anchor>
      </p>
      <OpenIncident />
      <Reading of={incidents}>
        {({ items, more }) =>
          items.length === 0 ? (
            <Empty title={t('No incidents in the last 90 days')}>
              {t('Open one when customers notice something: it stands on the public page until it is resolved.')}
            </Empty>
          ) : (
            <>
              {items.map((one) => (
                <OneIncident key={one.id} incident={one} />
              ))}
              {more ? (
                <Button size="compact-sm" variant="default" onClick={more}>
                  {t('Show more')}
                </Button>
              ) : null}
            </>
          )
        }
      </Reading>
    </Page>
  );
}

function OpenIncident() {
  const open = useWrite('incidentsOpen');
  const [title, setTitle] = useState('');
  const [text, setText] = useState('');
  const [affected, setAffected] = useState<string[]>([]);
  const errors = fieldErrors(open.error);
  const send = (event: FormEvent) => {
    event.preventDefault();
    open.mutate(
      { title, text, components: affected as Component[] },
      {
        onSuccess: () => {
          setTitle('');
          setText('');
          setAffected([]);
        },
      },
    );
  };
  return (
    <form noValidate onSubmit={send} className="stack">
      <TextInput
        label={t('What happens')}
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
        {...limits(incidentsOpen.title)}
        error={errors['title']}
      />
      <Textarea
        label={t('What customers should know')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        {...limits(incidentsOpen.text)}
        error={errors['text']}
        autosize
      />
      <MultiSelect
        label={t('Affected')}
        data={components()}
        value={affected}
        onChange={setAffected}
        {...limits(incidentsOpen.components)}
        error={errors['components']}
      />
      <ProblemNote error={restOf(open.error, errors)} />
      <Button type="submit" loading={open.isPending}>
        {t('Tell everybody')}
      </Button>
    </form>
  );
}

function OneIncident({ incident }: { incident: Incident }) {
  const update = useWrite('incidentsUpdate');
  const remove = useWrite('incidentsDelete');
  const errors = fieldErrors(update.error, {}, ['text']);
  const [chosen, setChosen] = useState<{ state: State; over: State }>();
  const [text, setText] = useState('');
  // What was chosen over a state that a colleague has changed since is chosen again: a text of before opens nothing anew.
  const state = chosen?.over === incident.state ? chosen.state : incident.state;
  const send = (event: FormEvent) => {
    event.preventDefault();
    update.mutate({ incidentId: incident.id, state, text }, { onSuccess: () => setText('') });
  };
  return (
    <Paper component="section" withBorder p="md" aria-label={incident.title}>
      <h2>{incident.title}</h2>
      <p>
        <StateMark mark={incident.resolvedAt ? 'ok' : 'critical'}>{wordOf(incident.state)}</StateMark>{' '}
        {incident.components.map((one) => t(EACH[one])).join(', ')}
      </p>
      <ul>
        {incident.updates.map((one) => (
          <li key={`${one.at} ${one.state}`}>
            <Moment at={one.at} /> {wordOf(one.state)}: {one.text}
          </li>
        ))}
      </ul>
      <form noValidate onSubmit={send} className="stack">
        <Select
          label={t('State')}
          data={states()}
          value={state}
          onChange={(next) => setChosen({ state: (next ?? state) as State, over: incident.state })}
          allowDeselect={false}
        />
        <Textarea
          label={t('How it goes on')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          {...needed(incidentsUpdate.text)}
          error={errors['text']}
          autosize
        />
        <ProblemNote error={restOf(newestError(update, remove), errors)} />
        <span className="row">
          <Button type="submit" size="compact-sm" loading={update.isPending}>
            {t('Add')}
          </Button>
          <Confirm
            label={t('It was none: remove it')}
            question={t('Remove the incident {title}?', { title: incident.title })}
            consequence={t('It vanishes from the public page of states, with everything that was said about it.')}
            onYes={() => remove.mutate({ incidentId: incident.id })}
          />
        </span>
      </form>
    </Paper>
  );
}
