import { Link } from '@tanstack/react-router';
import type { RejectedUsageOfAny } from '@tidegate/client';
import { useOrg, usePages } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { refusedAt, refusedColumns } from '../records/refused-columns.tsx';

/** Usage that services reported of any organisation and that was not counted. Nothing where everything was. */
export function AllRefusedUsage() {
  const org = useOrg();
  const refused = usePages('rejectedUsageListAll', { limit: 25 }, { everyMs: 30_000 });
  if (!refused.data || refused.data.items.length === 0) return null;
  return (
    <section aria-label={t('Usage that was not counted')}>
      <h2>{t('Usage that was not counted')}</h2>
      <p className="quiet">
        {t(
          'What services reported, the newest first. Of a meter or an organisation that was not known yet it is counted as soon as it is, and leaves this list.',
        )}
      </p>
      <Reading of={refused}>
        {({ items, more }) => (
          <DataTable
            part="refused"
            name={t('Usage that was not counted')}
            rows={items}
            columns={columnsOf(org)}
            rowKey={({ organisationId, code, event, firstAt }) => `${organisationId} ${code} ${firstAt} ${event}`}
            more={more}
          />
        )}
      </Reading>
    </section>
  );
}

const columnsOf = (org: string): Column<RejectedUsageOfAny>[] => [
  refusedAt(),
  {
    key: 'organisation',
    title: t('Organisation'),
    value: ({ organisationId }) => organisationId,
    cell: ({ organisationId }) =>
      organisationId === null ? (
        '–'
      ) : (
        <Link to="/o/$org/operator/organisations/$organisationId" params={{ org, organisationId }}>
          <span className="mono">{organisationId}</span>
        </Link>
      ),
  },
  ...refusedColumns<RejectedUsageOfAny>(),
];
