import type { Server, ServerCheck } from '@tidegate/client';
import { saidText } from '../kernel/said-text.ts';
import { Sql } from '../kernel/sql.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';

/** What is not collected, why, and the SQL that mends it. */
export function Missing({ checks, failure }: { checks: ServerCheck[]; failure?: Server['failure'] }) {
  if (checks.length === 0 && !failure) return null;
  return (
    <section className="stack" aria-label={t('What is missing')}>
      {failure ? (
        <p>
          <StateMark mark="unreachable">{saidText(failure.what)}</StateMark>
        </p>
      ) : null}
      {checks.map((check) => (
        <details key={check.id}>
          <summary>
            <StateMark mark={check.severity === 'error' ? 'critical' : check.severity}>
              {saidText(check.what)}
            </StateMark>
          </summary>
          {check.fixSql ? <Sql text={check.fixSql} /> : null}
          {check.restart ? <p>{t('This takes effect after a restart of the server.')}</p> : null}
        </details>
      ))}
    </section>
  );
}
