import { getRouteApi } from '@tanstack/react-router';
import type { IndexFinding } from '@tidegate/client';
import { usePages } from '../kernel/api.ts';
import { Empty } from '../kernel/empty.tsx';
import { bytes } from '../kernel/format.ts';
import { Reading } from '../kernel/reading.tsx';
import { Sql } from '../kernel/sql.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';

const route = getRouteApi('/o/$org/servers/$serverId/findings');
const KINDS: Record<IndexFinding['kind'], string> = {
  invalid: 'Invalid indexes: they slow down writes without being used',
  duplicate: 'Indexes that are there twice',
  redundant: 'Indexes that another one begins with',
  unused: 'Indexes that nobody has read for at least 35 days',
};

/** What could go, why, and what speaks against it. */
export function ListFindings() {
  const { serverId } = route.useParams();
  const findings = usePages('serversIndexFindings', { serverId, limit: 100 });
  return (
    <Reading of={findings}>
      {({ items, more, first }) =>
        items.length === 0 ? (
          <Empty title={t('No index is in question')}>
            {t('{judged} of {known} indexes were judged.', { judged: first.judged, known: first.known })}
          </Empty>
        ) : (
          <>
            <p>
              {t('{count, plural, one {# finding} other {# findings}}; without these indexes {bytes} would be free.', {
                count: first.total,
                bytes: bytes(first.bytes),
              })}
            </p>
            {[...Map.groupBy(items, ({ kind }) => kind)].map(([kind, some]) => (
              <section key={kind} aria-label={t(KINDS[kind])}>
                <h2>{t(KINDS[kind])}</h2>
                {some.map((finding) => (
                  <Finding key={`${finding.database}.${finding.schema}.${finding.index}`} finding={finding} />
                ))}
              </section>
            ))}
            {more ? (
              <button type="button" className="as-link" onClick={more}>
                {t('Show more')}
              </button>
            ) : null}
          </>
        )
      }
    </Reading>
  );
}

function Finding({
  finding: { kind, database, schema, index, table, bytes: size, what, evidence, sql },
}: {
  finding: IndexFinding;
}) {
  return (
    <details>
      <summary>
        <StateMark mark={kind === 'invalid' ? 'warning' : 'info'}>
          {schema}.{index} {t('on {table} in {database}', { table, database })}
          {size === null ? '' : ` · ${bytes(size)}`}
        </StateMark>
      </summary>
      <p>{what}</p>
      <ul>
        {evidence.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {sql ? <Sql text={sql} /> : null}
    </details>
  );
}
