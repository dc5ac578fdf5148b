import type { RejectedUsage } from '@tidegate/client';
import { usageRejectedSort } from '@tidegate/client/generated/choices';
import { DataTable } from '../kernel/data-table.tsx';
import { Reading } from '../kernel/reading.tsx';
import { useSortedPages } from '../kernel/sorted-pages.ts';
import { t } from '../kernel/strings.ts';
import { refusedAt, refusedColumns } from '../records/refused-columns.tsx';

/** Events that services reported and that were not counted, and why. Nothing where everything was. */
export function RefusedUsage() {
  const refused = useSortedPages(
    'usageRejected',
    { limit: 25, count: true },
    { sorts: usageRejectedSort, part: 'refused' },
  );
  if (!refused.data || refused.data.items.length === 0) return null;
  return (
    <section aria-label={t('Not counted')}>
      <h2>{t('Not counted')}</h2>
      <p className="quiet">
        {t(
          'Events of our services that could not be counted, so nothing is charged for them. Of a meter that was not known yet they are counted as soon as it is, and leave this list.',
        )}
      </p>
      <Reading of={refused}>
        {({ items, more, first }) => (
          <DataTable
            part="refused"
            {...refused.table}
            name={t('Not counted')}
            rows={items}
            columns={[refusedAt<RejectedUsage>(), ...refusedColumns<RejectedUsage>()]}
            rowKey={({ code, event, firstAt }) => `${code} ${firstAt} ${event}`}
            more={more}
            total={first.total}
          />
        )}
      </Reading>
    </section>
  );
}
