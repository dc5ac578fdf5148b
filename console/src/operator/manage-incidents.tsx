import { Anchor, Button, MultiSelect, Paper, Select, Textarea, TextInput } from '@mantine/core';
import type { Incident } from '@tidegate/client';
import { type FormEvent, useState } from 'react';
import { usePages, useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { Empty } from '../kernel/empty.tsx';
import { Moment } from '../kernel/moment.tsx';
import { newestError } from '../kernel/newest-error.rules.ts';
import { Page } from '../kernel/page.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';

type State = Incident['state'];
type Component = Incident['components'][number];

const states = (): { value: State; label: string }[] => [
  { value: 'investigating', label: t('investigating') },
  { value: 'identified', label: t('identified') },
  { value: 'monitoring', label: t('watched after a correction') },
  { value: 'resolved', label: t('resolved') },
];
const components = (): { value: Component; label: string }[] => [
  { value: 'api', label: t('API and sign-in') },
  { value: 'billing', label: t('Plans and payments') },
  { value: 'usage', label: t('Usage') },
  { value: 'monitoring', label: t('Database monitoring') },
  { value: 'trading', label: t('Trading bots') },
  { value: 'notifications', label: t('Notifications') },
];
const wordOf = (state: State) => states().find(({ value }) => value === state)?.label ?? state;

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
            <Empty title={t('No incidents in the last 90 days')} />
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
    <form onSubmit={send} className="stack">
      <TextInput
        label={t('What happens')}
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
        maxLength={120}
        required
      />
      <Textarea
        label={t('What customers should know')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        maxLength={2000}
        autosize
        required
      />
      <MultiSelect label={t('Affected')} data={components()} value={affected} onChange={setAffected} />
      <ProblemNote error={open.error} />
      <Button type="submit" loading={open.isPending}>
        {t('Tell everybody')}
      </Button>
    </form>
  );
}

function OneIncident({ incident }: { incident: Incident }) {
  const update = useWrite('incidentsUpdate');
  const remove = useWrite('incidentsDelete');
  const [chosen, setChosen] = useState<{ state: State; over: State }>();
  const [text, setText] = useState('');
  // What was chosen over a state that a colleague has changed since is chosen again: a text of before opens nothing anew.
  const state = chosen?.over === incident.state ? chosen.state : incident.state;
  const send = (event: FormEvent) => {
    event.preventDefault();
    update.mutate({ incidentId: incident.id, state, text }, { onSuccess: () => setText('') });
  };
  const known = components();
  return (
    <Paper component="section" withBorder p="md" aria-label={incident.title}>
      <h2>{incident.title}</h2>
      <p>
        <StateMark mark={incident.resolvedAt ? 'ok' : 'critical'}>{wordOf(incident.state)}</StateMark>{' '}
        {incident.components.map((one) => known.find(({ value }) => value === one)?.label ?? one).join(', ')}
      </p>
      <ul>
        {incident.updates.map((one) => (
          <li key={`${one.at} ${one.state}`}>
            <Moment at={one.at} /> {wordOf(one.state)}: {one.text}
          </li>
        ))}
      </ul>
      <form onSubmit={send} className="stack">
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
          maxLength={2000}
          autosize
          required
        />
        <ProblemNote error={newestError(update, remove)} />
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
