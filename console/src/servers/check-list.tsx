import type { ServerReport } from '@tidegate/client';
import { saidText } from '../kernel/said-text.ts';
import { Sql } from '../kernel/sql.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';

/** What a test of the connection found, each point with the SQL that mends it. */
export function CheckList({ report: { usable, checks } }: { report: ServerReport }) {
  return (
    <section className="stack" aria-live="polite" aria-label={t('Checks')}>
      <StateMark mark={usable ? 'ok' : 'critical'}>
        {usable ? t('It can be watched') : t('Nothing can be collected yet')}
      </StateMark>
      {checks.map(({ id, ok, severity, what, fixSql }) => (
        <div key={id}>
          <StateMark mark={ok ? 'ok' : severity === 'error' ? 'critical' : severity}>{saidText(what)}</StateMark>
          {!ok && fixSql ? <Sql text={fixSql} /> : null}
        </div>
      ))}
    </section>
  );
}
