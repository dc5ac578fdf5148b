import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { StoryEntry } from '@tidegate/client';
import { readOf, usePages, useRead } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { day } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { Page } from '../kernel/page.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { Credits } from './credits.tsx';
import { Grants } from './grants.tsx';
import { Invoices } from './invoices.tsx';
import { SetPlan } from './set-plan.tsx';

const route = getRouteApi('/o/$org/operator/organisations/$organisationId');

const KINDS: Record<StoryEntry['kind'], string> = {
  change: 'Subscription',
  charge: 'Charge',
  invoice: 'Invoice',
  invoice_change: 'Invoice',
  balance: 'Balance',
  payment: 'Payment',
  difference: 'Difference',
};
const PROVIDERS = { none: 'nobody bills', manual: 'billed by hand', stripe: 'billed by Stripe' } as const;

/** What an organisation has, and everything that happened to it. */
export function ShowOrganisation() {
  const { organisationId } = route.useParams();
  const billing = useRead('organisationsBilling', { organisationId });
  const catalogue = useQuery(readOf(null, 'plansList', {})).data;
  // The story has no name; the list finds one by its id.
  const found = useRead('organisationsSearch', { q: organisationId, limit: 1 });
  const known = found.data?.items.find(({ id }) => id === organisationId);
  const story = usePages('organisationsStory', { organisationId, limit: 50 });
  const columns: Column<StoryEntry>[] = [
    { key: 'at', title: t('Time'), value: ({ at }) => at, cell: ({ at }) => <Moment at={at} /> },
    {
      key: 'product',
      title: t('Product'),
      value: ({ product }) => catalogue?.products.find((one) => one.product === product)?.name ?? product,
    },
    {
      key: 'action',
      title: t('What'),
      value: ({ kind, action }) => `${t(KINDS[kind])}: ${t(action.replaceAll('_', ' '))}`,
    },
    { key: 'by', title: t('By'), value: ({ by }) => by },
    { key: 'reason', title: t('Reason'), wide: true, value: ({ reason }) => reason },
  ];
  return (
    <Page
      title={known?.name || t('Organisation')}
      lead={
        <>
          {known?.ownerEmail ? `${known.ownerEmail} · ` : ''}
          <code>{organisationId}</code>
        </>
      }
    >
      <Reading of={billing}>
        {({ subscriptions, grants }) => (
          <>
            <ul>
              {subscriptions.map(({ product, productName, planName, status, provider, periodEnd }) => (
                <li key={product}>
                  {productName}: {planName}, {t(status)}, {t(PROVIDERS[provider])},{' '}
                  <Moment at={periodEnd}>{t('until {at}', { at: day(periodEnd) })}</Moment>
                </li>
              ))}
            </ul>
            <p className="row">
              <SetPlan organisationId={organisationId} name={known?.name || organisationId} />
            </p>
            <Grants organisationId={organisationId} grants={grants} />
          </>
        )}
      </Reading>
      <Credits organisationId={organisationId} />
      <Invoices organisationId={organisationId} />
      <h2>{t('Story')}</h2>
      <Reading of={story}>
        {({ items, more }) => (
          <DataTable name={t('Story')} rows={items} columns={columns} rowKey={({ id }) => id} more={more} />
        )}
      </Reading>
    </Page>
  );
}
