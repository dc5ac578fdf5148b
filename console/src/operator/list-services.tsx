import { Link } from '@tanstack/react-router';
import type { ServiceSummary } from '@tidegate/client';
import { useOrg, useRead } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { lasted } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { Page } from '../kernel/page.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { AllRefusedUsage } from './refused-usage.tsx';

/** From which on something is behind rather than busy: the alert that the documentation proposes. */
const BEHIND_SECONDS = 60;

export function ListServices() {
  const org = useOrg();
  const services = useRead('servicesList', {}, { everyMs: 10_000 });
  const columns: Column<ServiceSummary>[] = [
    { key: 'name', title: t('Service'), value: ({ service }) => service },
    {
      key: 'state',
      title: t('State'),
      value: ({ state }) => (state ? (isBehind(state) ? 'behind' : 'ok') : 'silent'),
      cell: ({ state }) =>
        state ? (
          isBehind(state) ? (
            <StateMark mark="warning">{t('behind')}</StateMark>
          ) : (
            <StateMark mark="ok">{t('up to date')}</StateMark>
          )
        ) : (
          <StateMark mark="critical">{t('does not answer')}</StateMark>
        ),
    },
    { key: 'version', title: t('Version'), value: ({ state }) => state?.version },
    {
      key: 'started',
      title: t('Started'),
      value: ({ state }) => state?.startedAt,
      cell: ({ state }) => (state ? <Moment at={state.startedAt} /> : '–'),
    },
    {
      key: 'events',
      title: t('Events behind'),
      number: true,
      value: ({ state }) => state && behindBy(state),
      cell: ({ state }) => (state ? lasted(behindBy(state)) : '–'),
    },
    { key: 'outbox', title: t('To be sent'), number: true, value: ({ state }) => state?.outbox.messages },
    {
      key: 'dead',
      title: t('Dead letters'),
      number: true,
      value: ({ state }) => state?.deadLetters,
      cell: ({ service, state }) => (
        <Link to="/o/$org/operator/services/$service" params={{ org, service }}>
          {state ? state.deadLetters : t('show')}
        </Link>
      ),
    },
  ];
  return (
    <Page title={t('Services')} lead={t('How far behind each service is. Dead letters wait for your decision.')}>
      <Reading of={services}>
        {({ items }) => (
          <DataTable name={t('Services')} rows={items} columns={columns} rowKey={({ service }) => service} />
        )}
      </Reading>
      <AllRefusedUsage />
    </Page>
  );
}

type State = NonNullable<ServiceSummary['state']>;

/** The oldest of what was received and of what is to be sent, in seconds. */
const behindBy = ({ consumers, outbox }: State): number =>
  Math.max(outbox.lagSeconds, ...consumers.map(({ lagSeconds }) => lagSeconds));

const isBehind = (state: State): boolean => state.deadLetters > 0 || behindBy(state) > BEHIND_SECONDS;
