import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type BillingInterval, isProblem } from '@tidegate/client';
import { subscriptionsPreview } from '@tidegate/client/generated/limits/billing';
import { useState } from 'react';
import { readOf, useRead, useWrite } from '../kernel/api.ts';
import { dated, exact, money } from '../kernel/format.ts';
import { limits } from '../kernel/limits.ts';
import { useMay } from '../kernel/may.tsx';
import { Moment } from '../kernel/moment.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { amountText, comingText } from './grant-text.ts';
import { InvoiceLines } from './invoice-lines.tsx';
import type { ChosenAddon } from './one-more.rules.ts';

interface Props {
  product: string;
  plan: string;
  interval: BillingInterval;
  /** Everything that is added to it; by default what is already. */
  addons?: ChosenAddon[] | undefined;
  /** On the button that makes the change. */
  text?: string;
  /** What happens when it has changed. */
  onDone: () => void;
  /** Where it is paid for; by default this page is left for it. */
  pay?: (url: string) => void;
}

const leaveFor = (url: string): void => location.assign(url);

/** What a change costs and changes, and the button that makes it. What has to be paid first leads to the payment. */
export function Offer({ product, plan, interval, addons, text = t('Change the plan'), onDone, pay = leaveFor }: Props) {
  const [typed, setTyped] = useState('');
  const [code, setCode] = useState('');
  const features = useQuery(readOf(null, 'plansList', {})).data?.features ?? [];
  const choice = { product, plan, interval, ...(addons && { addons }), ...(code && { promotionCode: code }) };
  const preview = useRead('subscriptionsPreview', choice);
  const change = useWrite('subscriptionsChange', { onDone });
  const mayChange = useMay()('subscriptionsChange');
  const checkout = useWrite('checkoutCreate', { onDone: ({ url }) => pay(url) });
  const needed = isProblem(change.error) && change.error.code === 'payment_needed' ? change.error.problem : undefined;
  const { checkout: sold, trialDays } = (needed ?? {}) as { checkout?: string | null; trialDays?: number | null };
  return (
    <>
      <Reading of={preview}>
        {({ beginsAt, dueNow, next, owed, entitlements, overLimit }) => (
          <div className="stack">
            <p>
              {beginsAt === null ? (
                t('It begins when the operator approves it; nothing changes before.')
              ) : Date.parse(beginsAt) <= Date.now() + 60_000 ? (
                t('It begins now.')
              ) : (
                <Moment at={beginsAt}>{t('It begins on {at}.', { at: dated(beginsAt) })}</Moment>
              )}
            </p>
            {dueNow ? (
              <section>
                <h2>{t('Due now: {amount}', { amount: money(dueNow.dueMinor, dueNow.currency) })}</h2>
                <InvoiceLines lines={dueNow.lines} currency={dueNow.currency} />
              </section>
            ) : null}
            {owed.map(({ currency, dueMinor }) => (
              <p key={currency}>
                {t('Besides, {amount} of invoices is still to pay.', { amount: money(dueMinor, currency) })}
              </p>
            ))}
            {next ? (
              <section>
                <h2>
                  <Moment at={next.at}>
                    {t('On {at}: {amount}, and usage', {
                      at: dated(next.at),
                      amount: money(next.dueMinor, next.currency),
                    })}
                  </Moment>
                </h2>
                <InvoiceLines part="next" lines={next.lines} currency={next.currency} />
              </section>
            ) : null}
            {entitlements.length > 0 ? (
              <section>
                <h2>{t('What differs')}</h2>
                <ul>
                  {entitlements.map(({ feature, before, after }) => {
                    const info = features.find(({ key }) => key === feature);
                    const text = (grant: typeof before) => (grant && amountText(grant, info)) || t('not included');
                    return (
                      <li key={feature}>
                        {info?.name ?? feature}: {text(before)} → <strong>{text(after)}</strong>
                        {comingText(features, [feature])}
                      </li>
                    );
                  })}
                </ul>
              </section>
            ) : null}
            {overLimit.map(({ feature, limit, used }) => (
              <StateMark key={feature} mark="warning">
                {t('{feature}: there are {used}, {limit} will be allowed. Nothing is deleted.', {
                  feature: features.find(({ key }) => key === feature)?.name ?? feature,
                  used: exact(used),
                  limit: exact(limit),
                })}
              </StateMark>
            ))}
          </div>
        )}
      </Reading>
      {mayChange === false ? (
        <p>{t('Admins and owners of the organisation change its plans: ask one of them.')}</p>
      ) : null}
      <div className="row">
        <TextInput
          label={t('Promotion code')}
          {...limits(subscriptionsPreview.promotionCode)}
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          autoComplete="off"
        />
        <Button variant="default" disabled={typed.trim() === code} onClick={() => setCode(typed.trim())}>
          {t('Show the price with it')}
        </Button>
      </div>
      {needed ? (
        <p>{sold ? t('It is paid for first.') : t('Plans are set by the operator of this installation: ask them.')}</p>
      ) : (
        <ProblemNote error={change.error} />
      )}
      <ProblemNote error={checkout.error} />
      <div className="row">
        {needed || !mayChange ? null : (
          <Button loading={change.isPending} disabled={!preview.data} onClick={() => change.mutate(choice)}>
            {text}
          </Button>
        )}
        {sold && mayChange ? (
          <Button loading={checkout.isPending} onClick={() => checkout.mutate(choice)}>
            {t('To the payment')}
          </Button>
        ) : null}
        {trialDays && mayChange && !addons ? (
          <Button
            variant="default"
            loading={change.isPending}
            onClick={() => change.mutate({ product, plan, interval, trial: true })}
          >
            {t('Try it for {days, plural, one {# day} other {# days}}', { days: trialDays })}
          </Button>
        ) : null}
      </div>
    </>
  );
}
