import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Invoice, Subscription } from '@tidegate/client';
import { invoicesListSort } from '@tidegate/client/generated/choices';
import { readOf, useOrg, useRead, useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { dated, day } from '../kernel/format.ts';
import { May } from '../kernel/may.tsx';
import { Moment } from '../kernel/moment.tsx';
import { newestError } from '../kernel/newest-error.rules.ts';
import { useOpened } from '../kernel/opened.ts';
import { Page } from '../kernel/page.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { WithPanel } from '../kernel/side-panel.tsx';
import { useSortedPages } from '../kernel/sorted-pages.ts';
import { type Mark, StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { invoiceColumns } from '../records/invoice-columns.tsx';
import { Arrival } from './arrival.tsx';
import { EnterCode } from './enter-code.tsx';
import { InvoiceBeside } from './invoice-beside.tsx';
import { invoiceName } from './invoice-detail.tsx';
import { Disputes, HowPaid, Payments } from './payments.tsx';
import { SaveInvoice } from './save-invoice.tsx';
import { SeatsOf } from './seats.tsx';

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
  const invoices = useSortedPages('invoicesList', { limit: 25, count: true }, { sorts: invoicesListSort });
  const { opened, open } = useOpened();
  const portal = useWrite('portalCreate', { onDone: ({ url }) => location.assign(url) });
  return (
    <Page
      title={t('Billing')}
      actions={
        <>
          <Button
            variant="default"
            renderRoot={(props) => <Link to="/o/$org/billing/credits" params={{ org }} {...props} />}
          >
            {t('Credits')}
          </Button>
          <Button
            variant="default"
            renderRoot={(props) => <Link to="/o/$org/billing/details" params={{ org }} {...props} />}
          >
            {t('Billing details')}
          </Button>
          <May op="portalCreate">
            <Button variant="default" loading={portal.isPending} onClick={() => portal.mutate({})}>
              {t('Cards and addresses')}
            </Button>
          </May>
        </>
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
      <HowPaid />
      <Disputes />
      <h2>{t('Invoices')}</h2>
      <Reading of={invoices}>
        {({ items, more, first }) =>
          items.length === 0 ? (
            <p className="quiet">{t('There is none yet.')}</p>
          ) : (
            <WithPanel title={t('Invoice')} panel={(invoiceId) => <InvoiceBeside invoiceId={invoiceId} />}>
              <DataTable
                {...invoices.table}
                name={t('Invoices')}
                rows={items}
                columns={columnsOf(org)}
                rowKey={({ id }) => id}
                more={more}
                total={first.total}
                opens={{ open, label: ({ number }) => t('Beside the list: {text}', { text: invoiceName(number) }) }}
                {...(opened ? { selected: opened } : {})}
              />
            </WithPanel>
          )
        }
      </Reading>
      <Payments />
      <May op="codesEnter">
        <h2>{t('Promotion code')}</h2>
        <EnterCode />
      </May>
    </Page>
  );
}

function OneSubscription({ subscription: one }: { subscription: Subscription }) {
  const org = useOrg();
  const cancel = useWrite('subscriptionsCancel');
  const resume = useWrite('subscriptionsResume');
  const pause = useWrite('subscriptionsPause');
  const catalogue = useQuery(readOf(null, 'plansList', {})).data;
  const sold = catalogue?.products
    .find((sells) => sells.product === one.product)
    ?.addons.some(({ offered, plans }) => offered && plans.includes(one.plan));
  const { product, productName, planName, status, cancelAt, next, periodEnd, graceUntil, trialEnd, order, provider } =
    one;
  return (
    <section aria-label={productName}>
      <h2>
        {productName}: {planName}
      </h2>
      <p className="row">
        <StateMark mark={MARKS[status]}>{t(status)}</StateMark>
        {trialEnd && status === 'trialing' ? (
          <Moment at={trialEnd}>{t('The trial ends on {at}.', { at: dated(trialEnd) })}</Moment>
        ) : null}
        {graceUntil ? (
          <Moment at={graceUntil}>
            {t('A payment is overdue: from {at} on nothing can be created.', { at: dated(graceUntil) })}
          </Moment>
        ) : null}
        {provider !== 'none' && !cancelAt ? (
          <Moment at={periodEnd}>{t('Paid until {at}.', { at: day(periodEnd) })}</Moment>
        ) : null}
        {cancelAt ? <Moment at={cancelAt}>{t('It ends on {at}.', { at: day(cancelAt) })}</Moment> : null}
        {next ? (
          <Moment at={next.at}>
            {t('{plan} follows on {at}.', { plan: next.planName ?? t('nothing'), at: day(next.at) })}
          </Moment>
        ) : null}
        {one.pauseEndsAt ? (
          <Moment at={one.pauseEndsAt}>{t('The pause ends on {at}.', { at: dated(one.pauseEndsAt) })}</Moment>
        ) : null}
        {one.access === 'read_only' ? <StateMark mark="warning">{t('can only be read')}</StateMark> : null}
        {one.coupon ? t('With the coupon {name}.', { name: one.coupon.name }) : null}
        {order ? t('{plan} waits for approval.', { plan: order.planName }) : null}
      </p>
      {one.addons.length > 0 ? (
        <ul>
          {one.addons.map(({ addon, name, quantity, until }) => (
            <li key={addon}>
              {name} × {quantity}
              {until === null ? '' : ` ${t('until {at}', { at: day(until) })}`}
            </li>
          ))}
        </ul>
      ) : null}
      <May op="subscriptionsCancel">
        {' '}
        <div className="row">
          <Button
            size="compact-sm"
            variant="default"
            renderRoot={(props) => <Link to="/o/$org/plans" params={{ org }} {...props} />}
          >
            {t('Change the plan')}
          </Button>
          {one.inForce === one.plan && (sold || one.addons.length > 0) ? (
            <Button
              size="compact-sm"
              variant="default"
              renderRoot={(props) => <Link to="/o/$org/billing/addons/$product" params={{ org, product }} {...props} />}
            >
              {t('Add-ons')}
            </Button>
          ) : null}
          {cancelAt || next || status === 'paused' ? (
            <Button
              size="compact-sm"
              variant="default"
              loading={resume.isPending}
              onClick={() => resume.mutate({ product })}
            >
              {status === 'paused' ? t('End the pause') : t('Keep it as it is')}
            </Button>
          ) : provider === 'none' ? null : (
            <>
              {status === 'active' ? (
                <Confirm
                  label={t('Pause')}
                  question={t('Pause {product}?', { product: productName })}
                  consequence={t('Everything can be read, nothing can be created, and what runs on its own rests.')}
                  onYes={() => pause.mutate({ product })}
                />
              ) : null}
              <Confirm
                label={t('Cancel at the end of the period')}
                question={t('Cancel {product}?', { product: productName })}
                consequence={t('You have it until {at}. Nothing is deleted, and until then you can take it back.', {
                  at: day(periodEnd),
                })}
                onYes={() => cancel.mutate({ product, at: 'period_end' })}
              />
            </>
          )}
        </div>
      </May>
      <ProblemNote error={newestError(cancel, resume, pause)} />
      <SeatsOf product={product} />
    </section>
  );
}

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
    ...invoiceColumns<Invoice>(),
    {
      key: 'pdf',
      title: t('PDF'),
      value: ({ pdfUrl }) => pdfUrl,
      cell: (invoice) => <SaveInvoice invoice={invoice} />,
    },
  ];
};
