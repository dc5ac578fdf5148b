import { getRouteApi } from '@tanstack/react-router';
import type { AgedTable, WraparoundLevel } from '@tidegate/client';
import { useRead } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { exact, share, short } from '../kernel/format.ts';
import { Reading } from '../kernel/reading.tsx';
import { Sql } from '../kernel/sql.tsx';
import { type Mark, StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import classes from './show-wraparound.module.css';

const route = getRouteApi('/o/$org/servers/$serverId/wraparound');
const MARKS: Record<WraparoundLevel, Mark> = {
  normal: 'ok',
  overdue: 'warning',
  failsafe: 'warning',
  warning: 'critical',
  stop: 'critical',
};
const WORDS: Record<WraparoundLevel, string> = {
  normal: 'Far from it',
  overdue: 'Autovacuum should be at it',
  failsafe: 'Vacuum drops everything else to be quick',
  warning: 'PostgreSQL warns',
  stop: 'PostgreSQL refuses to write',
};

/** How far transaction ids are from running out, and who holds vacuum back. */
export function ShowWraparound() {
  const { serverId } = route.useParams();
  const wraparound = useRead('serversWraparound', { serverId }, { everyMs: 60_000 });
  return (
    <Reading of={wraparound}>
      {({ cause, databases, tables, pace }) => (
        <div className="stack">
          {cause ? (
            <section>
              <StateMark mark="warning">{cause.what}</StateMark>
              {cause.sql ? <Sql text={cause.sql} /> : null}
            </section>
          ) : null}
          <p className="quiet">
            {pace.xidsPerDay === null
              ? t('The pace is not known yet.')
              : t('{count} transaction ids a day', { count: short(pace.xidsPerDay) })}
          </p>
          <ul className={classes['databases']}>
            {databases.map(({ database, level, xids }) => (
              <li key={database}>
                <strong>{database}</strong>
                <StateMark mark={MARKS[level]}>{t(WORDS[level])}</StateMark>
                <meter
                  min={0}
                  max={100}
                  high={50}
                  value={xids.percent}
                  aria-label={t('Used transaction ids of {database}', { database })}
                />
                <span title={exact(xids.age)}>{share(xids.percent / 100)}</span>
                <span className="quiet">
                  {xids.daysUntilStop === null
                    ? ''
                    : t('{days} days left if nothing is vacuumed', { days: short(xids.daysUntilStop) })}
                </span>
              </li>
            ))}
          </ul>
          <h2>{t('The oldest tables')}</h2>
          <DataTable
            name={t('The oldest tables')}
            rows={tables}
            columns={columns()}
            rowKey={({ database, schema, name }) => `${database}.${schema}.${name}`}
          />
        </div>
      )}
    </Reading>
  );
}

const columns = (): Column<AgedTable>[] => [
  {
    key: 'name',
    title: t('Table'),
    value: ({ schema, name, toastOf }) => (toastOf ? `${toastOf} (TOAST)` : `${schema}.${name}`),
  },
  { key: 'database', title: t('Database'), value: ({ database }) => database },
  {
    key: 'xidAge',
    title: t('Age in transactions'),
    number: true,
    value: ({ xidAge }) => xidAge,
    cell: ({ xidAge }) => short(xidAge),
  },
  {
    key: 'multixactAge',
    title: t('Age in multixacts'),
    number: true,
    value: ({ multixactAge }) => multixactAge,
    cell: ({ multixactAge }) => short(multixactAge),
  },
  { key: 'autovacuum', title: t('Autovacuum'), value: ({ autovacuumOff }) => (autovacuumOff ? t('off') : t('on')) },
];
