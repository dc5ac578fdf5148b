import { Button, CopyButton } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ServersStatementOutput } from '@tidegate/client';
import { useMemo } from 'react';
import { useOrg, useRead } from '../kernel/api.ts';
import { Changed } from '../kernel/changed.tsx';
import { Fact } from '../kernel/fact.tsx';
import { bytes, exact, short, took } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { Notes } from '../kernel/notes.tsx';
import { Reading } from '../kernel/reading.tsx';
import { saidText } from '../kernel/said-text.ts';
import { useServerMarks } from '../kernel/server-marks.ts';
import { Sql } from '../kernel/sql.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { type Series, TimeChart } from '../kernel/time-chart.tsx';
import { type RangeSearch, rangeOf } from '../kernel/time-range.ts';
import { useNow } from '../kernel/use-now.ts';
import { waitSeries } from '../kernel/wait-series.rules.ts';
import { explainOf } from './explain.rules.ts';
import { statementSeries } from './statement-series.ts';
import { comparable, rangeOnly } from './statement-table.tsx';

interface Props {
  serverId: string;
  statementId: string;
  /** Beside a list: with a way to its page, and the range of the list. */
  beside?: true;
}

/** One statement: what it is, how it did, where its time went, what it touches, and what could be better. */
export function StatementDetail({ serverId, statementId, beside }: Props) {
  const org = useOrg();
  const search = useSearch({ strict: false }) as RangeSearch;
  const range = rangeOf(search, useNow(60_000));
  const navigate = useNavigate();
  const detail = useRead('serversStatement', { serverId, statementId, ...range });
  const query = useRead('serversStatementSeries', { serverId, statementId, ...range });
  const { annotations, marks } = useServerMarks(serverId, range);
  const points = query.data?.points;
  const charts = useMemo(() => points && statementSeries(points), [points]);
  const waits = useMemo(() => detail.data && waitSeries(detail.data.waitSeries, t('Others')), [detail.data]);
  const onBrush = (from: string, to: string) =>
    void navigate({
      to: '.',
      search: ((before: object) => ({ ...before, range: undefined, from, to })) as never,
      resetScroll: false,
    });
  const shape = { range, onBrush, marks, height: beside ? 120 : 160 };
  const chart = (title: string, series: Series, format: (value: number) => string) =>
    charts ? (
      <TimeChart
        {...shape}
        title={title}
        summary={charts.summary}
        instants={charts.instants}
        series={[series]}
        format={format}
      />
    ) : null;
  return (
    <>
      {beside ? (
        <p>
          <Link
            to="/o/$org/servers/$serverId/statements/$statementId"
            params={{ org, serverId, statementId }}
            search={rangeOnly(search)}
          >
            {t('Open its page')}
          </Link>
        </p>
      ) : null}
      <Reading of={detail}>{(data) => <About data={data} serverId={serverId} search={rangeOnly(search)} />}</Reading>
      <Reading of={query}>
        {() =>
          charts ? (
            <>
              {chart(t('Time of one call'), charts.mean, took)}
              {chart(t('Calls per second'), charts.calls, short)}
              {chart(t('Rows per second'), charts.rows, short)}
              {chart(t('WAL per second'), charts.wal, bytes)}
            </>
          ) : null
        }
      </Reading>
      {waits && waits.series.length > 0 ? (
        <TimeChart
          {...shape}
          title={t('What it waited for')}
          summary={t('sessions on average')}
          instants={waits.instants}
          series={waits.series}
          stacked
          format={short}
        />
      ) : null}
      <Notes serverId={serverId} annotations={annotations} at={range.to} readOnly={beside} />
    </>
  );
}

function About({ data, serverId, search }: { data: ServersStatementOutput; serverId: string; search: object }) {
  const org = useOrg();
  const { statement, tables, users, findings, indexFindings } = data;
  const { text, calls, meanMs, totalMs, rows, walBytes, previous } = statement;
  return (
    <div className="stack">
      {text === null ? (
        <p>{t('Its text has not been read yet.')}</p>
      ) : (
        <>
          <div>
            <Sql text={text} />
          </div>
          <CopyButton value={explainOf(text)}>
            {({ copy, copied }) => (
              <div className="row">
                <Button size="compact-xs" variant="default" onClick={copy}>
                  {copied ? t('Copied') : t('Copy EXPLAIN')}
                </Button>
                <span className="quiet">
                  {t(
                    'Tidegate runs no EXPLAIN on your server: this one plans it for unknown parameters, and runs nothing.',
                  )}
                </span>
              </div>
            )}
          </CopyButton>
        </>
      )}
      {findings.map(({ kind, severity, what }) => (
        <p key={kind}>
          <StateMark mark={severity}>{saidText(what)}</StateMark>
        </p>
      ))}
      <dl className="facts">
        <Fact name={t('Calls')} value={<Changed text={exact(calls)} now={calls} before={previous?.calls} />} />
        <Fact
          name={t('Time of one call')}
          value={calls === 0 ? '–' : <Changed text={took(meanMs)} now={meanMs} before={comparable(calls, previous)} />}
        />
        <Fact name={t('Time')} value={<Changed text={took(totalMs)} now={totalMs} before={previous?.totalMs} />} />
        <Fact name={t('Rows a call')} value={calls === 0 ? '–' : short(rows / calls)} />
        <Fact name={t('WAL')} value={bytes(walBytes)} />
        <Fact name={t('Database')} value={statement.database} />
        <Fact name={t('Role')} value={statement.role} />
        <Fact name={t('First seen')} value={<Moment at={statement.firstSeenAt} />} />
      </dl>
      {tables.length > 0 ? (
        <section aria-label={t('Tables')}>
          <h2>{t('Tables')}</h2>
          <ul>
            {tables.map(({ schema, name, totalBytes }) => (
              <li key={`${schema}.${name}`}>
                <Link
                  to="/o/$org/servers/$serverId/table"
                  params={{ org, serverId }}
                  search={{ ...search, database: statement.database, schema, name } as never}
                >
                  {schema}.{name}
                </Link>{' '}
                {totalBytes === null ? '' : bytes(totalBytes)}
              </li>
            ))}
          </ul>
          {indexFindings.map(({ index, kind, what, sql }) => (
            <details key={`${index} ${kind}`}>
              <summary>
                <StateMark mark={kind === 'invalid' ? 'warning' : 'info'}>{what}</StateMark>
              </summary>
              {sql ? <Sql text={sql} /> : null}
            </details>
          ))}
        </section>
      ) : null}
      {users.length > 0 ? (
        <section aria-label={t('Who was seen running it')}>
          <h2>{t('Who was seen running it')}</h2>
          <ul>
            {users.map(({ role, application, sessions }) => (
              <li key={`${role} ${application}`}>
                {role ?? '–'} {application ? `· ${application}` : ''} ·{' '}
                {t('{sessions} on average', { sessions: exact(Math.round(sessions * 1_000) / 1_000) })}
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </div>
  );
}
