import { Button } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { Invoice, Subscription } from '@tidegate/client';
import { useEffect } from 'react';
import { useOrg, usePages, useRead, useWrite } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { day, money, when } from '../kernel/format.ts';
import { Page } from '../kernel/page.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { type Mark, StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';

const route = getRouteApi('/o/$org/billing');
const MARKS: Record<Subscription['status'], Mark> = {
  trialing: 'info',
  active: 'ok',
  past_due: 'warning',
  unpaid: 'critical',
  paused: 'paused',
  incomplete: 'pending',
  incomplete_expired: 'stale',
  canceled: 'stale',
};

/** What is paid for, what follows, and the invoices so far. */
export function ShowBilling() {
  const org = useOrg();
  const subscriptions = useRead('subscriptionsGet', {});
  const invoices = usePages('invoicesList', { limit: 25 });
  const portal = useWrite('portalCreate', { onDone: ({ url }) => location.assign(url) });
  return (
    <Page
      title={t('Billing')}
      actions={
        <Button variant="default" loading={portal.isPending} onClick={() => portal.mutate({})}>
          {t('Cards and addresses')}
        </Button>
      }
    >
      <ProblemNote error={portal.error} />
      <Arrival />
      <Reading of={subscriptions}>
        {(data) => (
          <div className="stack">
            {data.subscriptions.map((subscription) => (
              <OneSubscription key={subscription.product} subscription={subscription} />
            ))}
          </div>
        )}
      </Reading>
      <h2>{t('Invoices')}</h2>
      <Reading of={invoices}>
        {({ items, more }) =>
          items.length === 0 ? (
            <p className="quiet">{t('There is none yet.')}</p>
          ) : (
            <DataTable name={t('Invoices')} rows={items} columns={columnsOf(org)} rowKey={({ id }) => id} more={more} />
          )
        }
      </Reading>
    </Page>
  );
}

/** Back from the payment: what was bought is in force once the platform says so, whatever the address claims. */
function Arrival() {
  const { checkout } = route.useSearch();
  const navigate = route.useNavigate();
  const finish = useWrite('checkoutFinish', { onDone: () => navigate({ search: {}, replace: true }) });
  const { mutate } = finish;
  useEffect(() => {
    if (checkout) mutate({ sessionId: checkout });
  }, [checkout, mutate]);
  if (!checkout) return null;
  if (finish.error) return <ProblemNote error={finish.error} retry={() => mutate({ sessionId: checkout })} />;
  return <StateMark mark="pending">{t('Waiting for the payment to arrive …')}</StateMark>;
}

function OneSubscription({ subscription: one }: { subscription: Subscription }) {
  const org = useOrg();
  const cancel = useWrite('subscriptionsCancel');
  const resume = useWrite('subscriptionsResume');
  const { product, productName, planName, status, cancelAt, next, periodEnd, graceUntil, trialEnd, order, provider } =
    one;
  return (
    <section aria-label={productName}>
      <h2>
        {productName}: {planName}
      </h2>
      <p className="row">
        <StateMark mark={MARKS[status]}>{t(status)}</StateMark>
        {trialEnd && status === 'trialing' ? t('The trial ends on {at}.', { at: when(trialEnd) }) : null}
        {graceUntil ? t('A payment is overdue: from {at} on nothing can be created.', { at: when(graceUntil) }) : null}
        {provider !== 'none' && !cancelAt ? t('Paid until {at}.', { at: day(periodEnd) }) : null}
        {cancelAt ? t('It ends on {at}.', { at: day(cancelAt) }) : null}
        {next ? t('{plan} follows on {at}.', { plan: next.plan ?? t('nothing'), at: day(next.at) }) : null}
        {order ? t('{plan} waits for approval.', { plan: order.plan }) : null}
      </p>
      {one.addons.length > 0 ? (
        <ul>
          {one.addons.map(({ addon, name, quantity }) => (
            <li key={addon}>
              {name} × {quantity}
            </li>
          ))}
        </ul>
      ) : null}
      <div className="row">
        <Button
          size="compact-sm"
          variant="default"
          renderRoot={(props) => <Link to="/o/$org/plans" params={{ org }} {...props} />}
        >
          {t('Change the plan')}
        </Button>
        {cancelAt || next || status === 'paused' ? (
          <Button
            size="compact-sm"
            variant="default"
            loading={resume.isPending}
            onClick={() => resume.mutate({ product })}
          >
            {t('Keep it as it is')}
          </Button>
        ) : provider === 'none' ? null : (
          <Button
            size="compact-sm"
            variant="default"
            loading={cancel.isPending}
            onClick={() => cancel.mutate({ product, at: 'period_end' })}
          >
            {t('Cancel at the end of the period')}
          </Button>
        )}
      </div>
      <ProblemNote error={cancel.error ?? resume.error} />
    </section>
  );
}

const INVOICE_MARKS: Record<Invoice['status'], Mark> = {
  draft: 'pending',
  open: 'info',
  paid: 'ok',
  void: 'stale',
  uncollectible: 'critical',
};

const columnsOf = (org: string): Column<Invoice>[] => {
  return [
    {
      key: 'number',
      title: t('Number'),
      value: ({ number }) => number,
      cell: ({ id, number }) => (
        <Link to="/o/$org/billing/invoices/$invoiceId" params={{ org, invoiceId: id }}>
          {number ?? t('draft')}
        </Link>
      ),
    },
    {
      key: 'issued',
      title: t('Issued'),
      value: ({ issuedAt }) => issuedAt,
      cell: ({ issuedAt }) => (issuedAt ? day(issuedAt) : '–'),
    },
    {
      key: 'status',
      title: t('State'),
      value: ({ status }) => status,
      cell: ({ status }) => <StateMark mark={INVOICE_MARKS[status]}>{t(status)}</StateMark>,
    },
    {
      key: 'total',
      title: t('Total'),
      number: true,
      value: ({ totalMinor }) => totalMinor,
      cell: ({ totalMinor, currency }) => money(totalMinor, currency),
    },
    {
      key: 'due',
      title: t('Left to pay'),
      number: true,
      value: ({ dueMinor }) => dueMinor,
      cell: ({ dueMinor, currency }) => money(dueMinor, currency),
    },
    {
      key: 'pdf',
      title: t('PDF'),
      value: ({ pdfUrl }) => pdfUrl,
      cell: ({ pdfUrl }) => (pdfUrl ? <a href={pdfUrl}>{t('PDF')}</a> : '–'),
    },
  ];
};
