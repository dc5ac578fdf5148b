import { Button, NumberInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Package, PackageOrder } from '@tidegate/client';
import { isProblem } from '@tidegate/client';
import { packagesOrder } from '@tidegate/client/generated/limits/billing';
import { useState } from 'react';
import { moneyColumn } from '../kernel/amount-column.tsx';
import { readOf, useRead, useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Empty } from '../kernel/empty.tsx';
import { day, exact, money } from '../kernel/format.ts';
import { limits } from '../kernel/limits.ts';
import { May } from '../kernel/may.tsx';
import { Moment } from '../kernel/moment.tsx';
import { Page } from '../kernel/page.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { type Mark, StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { useOwnCurrency } from './own-currency.ts';
import { TopUps } from './top-up.tsx';

/** Money and units to the organisation's credit, what can be bought, and what was. */
export function ShowCredits() {
  const credits = useRead('creditsGet', {});
  const plans = useQuery(readOf(null, 'plansList', {}));
  const currency = useOwnCurrency(plans.data?.currency);
  const offered = plans.data?.packages.filter((one) => one.offered) ?? [];
  const nameOf = (feature: string) => plans.data?.features.find(({ key }) => key === feature)?.name ?? feature;
  return (
    <Page
      title={t('Credits')}
      lead={t(
        'Units that are used beyond what the plan includes or are left of earlier periods, and money for later invoices.',
      )}
    >
      <Reading of={credits}>
        {({ balances, features, orders }) => (
          <div className="stack">
            {balances.map(({ currency, amountMinor }) => (
              <p key={currency}>{t('{amount} pay your next invoices.', { amount: money(amountMinor, currency) })}</p>
            ))}
            {features.length === 0 && orders.length === 0 ? (
              <Empty title={t('No units yet')}>
                {offered.length > 0
                  ? t('A package is used when what your plan includes is used up.')
                  : t('This installation sells no packages at present.')}
              </Empty>
            ) : null}
            {features.map(({ feature, left, credits: all }) => (
              <section key={feature} aria-label={nameOf(feature)}>
                <h2>
                  {nameOf(feature)}: {left === null ? '–' : t('{count} left', { count: exact(left) })}
                </h2>
                <DataTable
                  part={feature}
                  name={nameOf(feature)}
                  rows={all}
                  rowKey={({ id }) => id}
                  columns={[
                    {
                      key: 'name',
                      title: t('What'),
                      value: ({ name, source }) => (source === 'rollover' ? t('Left of earlier periods') : name),
                    },
                    {
                      key: 'left',
                      title: t('Left'),
                      number: true,
                      value: (one) => one.left,
                      cell: (one) => (one.left === null ? '–' : `${exact(one.left)} / ${exact(one.amount)}`),
                    },
                    {
                      key: 'until',
                      title: t('Until'),
                      value: ({ until }) => until,
                      cell: ({ until, expired }) =>
                        until === null ? t('without end') : expired ? t('expired') : <Moment at={until} as={day} />,
                    },
                  ]}
                />
              </section>
            ))}
            {offered.length > 0 ? <h2>{t('Packages')}</h2> : null}
            {currency ? offered.map((one) => <Buy key={one.package} pack={one} currency={currency} />) : null}
            {currency ? <TopUps offered={offered} nameOf={nameOf} currency={currency} /> : null}
            {orders.length > 0 ? (
              <>
                <h2>{t('Orders')}</h2>
                <DataTable
                  part="orders"
                  name={t('Orders')}
                  rows={orders}
                  columns={orderColumns()}
                  rowKey={({ id }) => id}
                />
              </>
            ) : null}
          </div>
        )}
      </Reading>
    </Page>
  );
}

function Buy({ pack, currency }: { pack: Package; currency: string }) {
  const [quantity, setQuantity] = useState<number | string>(1);
  const [orderKey, setOrderKey] = useState(() => crypto.randomUUID());
  const order = useWrite('packagesOrder', { onDone: () => setOrderKey(crypto.randomUUID()) });
  const buy = useWrite('checkoutBuyPackage', { onDone: ({ url }) => location.assign(url) });
  // What has no price in it is not sold to them: another price would not be what is charged.
  const price = pack.prices.find((one) => one.currency === currency);
  const count = Number(quantity);
  const isCount = Number.isInteger(count) && count >= 1 && count <= packagesOrder.quantity.max;
  const total = price && isCount ? money(BigInt(price.amountMinor) * BigInt(count), currency) : undefined;
  const choice = { package: pack.package, quantity: count, orderKey };
  const payFirst = isProblem(order.error) && order.error.code === 'package_payment_needed';
  return (
    <section aria-label={pack.name}>
      <h3>
        {pack.name}
        {price ? `: ${money(price.amountMinor, currency)}` : ''}
      </h3>
      <p className="quiet">
        {pack.description}{' '}
        {pack.expiresDays
          ? t('Can be used for {days, plural, one {# day} other {# days}}.', { days: pack.expiresDays })
          : ''}
      </p>
      {price ? null : (
        <p>
          {t('It has no price in {currency}, in which this organisation is billed: ask the operator.', { currency })}
        </p>
      )}
      {price ? (
        <May op="packagesOrder">
          <div className="row">
            <NumberInput
              aria-label={t('How many of {name}', { name: pack.name })}
              value={quantity}
              onChange={setQuantity}
              {...limits(packagesOrder.quantity)}
            />
            {payFirst ? (
              <Button loading={buy.isPending} disabled={!total} onClick={() => buy.mutate(choice)}>
                {t('To the payment')}
              </Button>
            ) : (
              <Confirm
                label={t('Buy')}
                question={t('Buy {name}?', { name: `${exact(count)} × ${pack.name}` })}
                consequence={t(
                  '{total} in all. It is put on an invoice at once; where it has to be paid for first, you are led to the payment.',
                  { total: total ?? '' },
                )}
                harmless
                disabled={!total || order.isPending}
                onYes={() => order.mutate(choice)}
              />
            )}
            {total && count > 1 ? <span>{t('{total} in all', { total })}</span> : null}
          </div>
        </May>
      ) : null}
      {payFirst ? <p>{t('It is paid for first.')}</p> : <ProblemNote error={order.error} />}
      <ProblemNote error={buy.error} />
      {order.data ? (
        <p role="status">
          <StateMark mark={ORDER_MARKS[order.data.order.status]}>
            {order.data.order.status === 'granted'
              ? t('The units can be used.')
              : t('Ordered. The units can be used when the invoice is paid.')}
          </StateMark>
        </p>
      ) : null}
    </section>
  );
}

const ORDER_MARKS: Record<PackageOrder['status'], Mark> = { open: 'pending', granted: 'ok', canceled: 'stale' };

const orderColumns = (): Column<PackageOrder>[] => [
  { key: 'name', title: t('What'), value: ({ name }) => name },
  {
    key: 'amount',
    title: t('Units'),
    number: true,
    value: ({ amount }) => amount,
    cell: ({ amount }) => exact(amount),
  },
  moneyColumn({
    key: 'total',
    title: t('Total'),
    minor: ({ totalMinor }) => totalMinor,
    currency: ({ currency }) => currency,
  }),
  {
    key: 'status',
    title: t('State'),
    value: ({ status }) => status,
    cell: ({ status }) => <StateMark mark={ORDER_MARKS[status]}>{t(WORDS[status])}</StateMark>,
  },
  {
    key: 'at',
    title: t('Ordered'),
    value: ({ orderedAt }) => orderedAt,
    cell: ({ orderedAt }) => <Moment at={orderedAt} />,
  },
];

const WORDS = { open: 'not paid', granted: 'usable', canceled: 'withdrawn' } as const;
