import { getRouteApi } from '@tanstack/react-router';
import type { AgedTable, HorizonHolder, WraparoundLevel } from '@tidegate/client';
import { useRead } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { exact, share, short } from '../kernel/format.ts';
import { Reading } from '../kernel/reading.tsx';
import { saidText } from '../kernel/said-text.ts';
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

const EACH: Record<HorizonHolder['kind'], string> = {
  session: 'Session',
  prepared_transaction: 'Prepared transaction',
  slot_xmin: 'Replication slot',
  slot_catalog_xmin: 'Logical replication slot',
  standby: 'Standby',
};
const MOST_HOLDERS = 5;
const XIDS = 2 ** 31;

/** How full it is, with the ages at which something happens as ticks. */
function Gauge({ database, percent, freezeMaxAge }: { database: string; percent: number; freezeMaxAge: number }) {
  const ticks = [freezeMaxAge / XIDS, 1_600_000_000 / XIDS, 1 - 40_000_000 / XIDS, 1 - 3_000_000 / XIDS];
  return (
    <svg
      className={classes['gauge']}
      viewBox="0 0 200 16"
      width="200"
      height="16"
      role="img"
      aria-label={`${t('Used transaction ids of {database}', { database })}: ${share(percent / 100)}`}
    >
      <rect className={classes['track']} x="0" y="4" width="200" height="8" rx="2" />
      <rect className={classes['used']} x="0" y="4" width={Math.min(200, Math.max(1, percent * 2))} height="8" rx="2" />
      {ticks.map((tick) => (
        <path key={tick} className={classes['tick']} d={`M${tick * 200} 0v16`} />
      ))}
    </svg>
  );
}

/** How far transaction ids are from running out, and who holds vacuum back. */
export function ShowWraparound() {
  const { serverId } = route.useParams();
  const wraparound = useRead('serversWraparound', { serverId }, { everyMs: 60_000 });
  return (
    <Reading of={wraparound}>
      {({ cause, databases, tables, pace, settings, holders }) => (
        <div className="stack">
          {cause ? (
            <section>
              <StateMark mark="warning">{saidText(cause.what)}</StateMark>
              {cause.sql ? <Sql text={cause.sql} /> : null}
            </section>
          ) : null}
          <p className="quiet">
            {pace.xidsPerDay === null
              ? t('The pace is not known yet.')
              : t('{count} transaction ids a day', { count: short(pace.xidsPerDay) })}
          </p>
          <p className="quiet">
            {t(
              'Ticks: autovacuum starts by itself; vacuum drops everything else; PostgreSQL warns; it refuses to write.',
            )}
          </p>
          <ul className={classes['databases']}>
            {databases.map(({ database, level, xids }) => (
              <li key={database}>
                <strong>{database}</strong>
                <StateMark mark={MARKS[level]}>{t(WORDS[level])}</StateMark>
                <Gauge
                  database={database}
                  percent={xids.percent}
                  freezeMaxAge={settings?.freezeMaxAge ?? 200_000_000}
                />
                <span title={exact(xids.age)}>{share(xids.percent / 100)}</span>
                <span className="quiet">
                  {xids.daysUntilStop === null
                    ? ''
                    : t('{days, plural, one {# day} other {{text} days}} left if nothing is vacuumed', {
                        days: xids.daysUntilStop,
                        text: short(xids.daysUntilStop),
                      })}
                </span>
              </li>
            ))}
          </ul>
          {holders.length > 0 ? (
            <section aria-label={t('What holds vacuum back')}>
              <h2>{t('What holds vacuum back')}</h2>
              <ul>
                {holders.slice(0, MOST_HOLDERS).map((holder) => (
                  <li key={`${holder.kind} ${holder.name}`}>
                    {t(EACH[holder.kind])} {holder.name}
                    {holder.role ? ` · ${holder.role}` : ''}
                    {holder.state ? ` · ${holder.state}` : ''} ·{' '}
                    {t('nothing younger than {count} transactions can be frozen', { count: short(holder.age) })}
                  </li>
                ))}
              </ul>
            </section>
          ) : null}
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
