import type { AccountEvent } from '@tidegate/client';
import { accountsEventsSort } from '@tidegate/client/generated/choices';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Moment } from '../kernel/moment.tsx';
import { Reading } from '../kernel/reading.tsx';
import { useSortedPages } from '../kernel/sorted-pages.ts';
import { t } from '../kernel/strings.ts';

const WORDS: Record<AccountEvent['kind'], string> = {
  'account.created': 'The account was created',
  'password.changed': 'The password was changed',
  'password.reset': 'A new password was set by a link',
  'email.verified': 'The address was verified',
  'email.changed': 'The address was changed',
  'email.change_undone': 'A change of the address was undone',
  'sessions.ended': 'All other sessions were ended',
  'operator.link_made': 'An operator made a link for this account',
  'operator.password_set': 'An operator set the password',
};

/** Also what somebody else did with it: an owner recognises what was not theirs. */
export function ListEvents() {
  const events = useSortedPages(
    'accountsEvents',
    { limit: 25 },
    { sorts: accountsEventsSort, part: 'events', own: true },
  );
  const columns: Column<AccountEvent>[] = [
    { key: 'at', title: t('Time'), value: ({ at }) => at, cell: ({ at }) => <Moment at={at} /> },
    { key: 'kind', title: t('What'), wide: true, value: ({ kind }) => t(WORDS[kind]) },
    { key: 'detail', title: t('Detail'), value: ({ detail }) => detail },
    { key: 'address', title: t('From'), value: ({ address }) => address },
  ];
  return (
    <Reading of={events}>
      {({ items, more }) =>
        items.length === 0 ? (
          <p className="quiet">{t('Nothing yet.')}</p>
        ) : (
          <DataTable
            part="events"
            {...events.table}
            name={t('What was done to this account')}
            rows={items}
            columns={columns}
            rowKey={({ id }) => id}
            more={more}
          />
        )
      }
    </Reading>
  );
}
