import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { type BillingInterval, isProblem } from '@tidegate/client';
import { readOf, useOrg, useRead, useWrite } from '../kernel/api.ts';
import { exact, money, when } from '../kernel/format.ts';
import { Page } from '../kernel/page.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { grantText } from './grant-text.ts';
import { InvoiceLines } from './invoice-lines.tsx';

const route = getRouteApi('/o/$org/plans/$product/$plan');

/** What a change costs and changes, before it is made. */
export function ChangePlan() {
  const org = useOrg();
  const { product, plan } = route.useParams();
  const interval: BillingInterval = route.useSearch().interval ?? 'month';
  const navigate = useNavigate();
  const features = useQuery(readOf(null, 'plansList', {})).data?.features ?? [];
  const choice = { product, plan, interval };
  const preview = useRead('subscriptionsPreview', choice);
  const done = () => navigate({ to: '/o/$org/billing', params: { org } });
  const change = useWrite('subscriptionsChange', { onDone: done });
  const checkout = useWrite('checkoutCreate', { onDone: ({ url }) => location.assign(url) });
  const payFirst = isProblem(change.error) && change.error.code === 'checkout_required';
  return (
    <Page title={t('Change to {plan}', { plan })}>
      <Reading of={preview}>
        {({ beginsAt, dueNow, next, entitlements, overLimit }) => (
          <div className="stack form">
            <p>
              {Date.parse(beginsAt) <= Date.now() + 60_000
                ? t('It begins now.')
                : t('It begins on {at}.', { at: when(beginsAt) })}
            </p>
            {dueNow ? (
              <section>
                <h2>{t('Due now: {amount}', { amount: money(dueNow.dueMinor, dueNow.currency) })}</h2>
                <InvoiceLines lines={dueNow.lines} currency={dueNow.currency} />
              </section>
            ) : null}
            {next ? (
              <section>
                <h2>
                  {t('On {at}: {amount}, and usage', {
                    at: when(next.at),
                    amount: money(next.dueMinor, next.currency),
                  })}
                </h2>
                <InvoiceLines lines={next.lines} currency={next.currency} />
              </section>
            ) : null}
            {entitlements.length > 0 ? (
              <section>
                <h2>{t('What differs')}</h2>
                <ul>
                  {entitlements.map(({ feature, before, after }) => {
                    const info = features.find(({ key }) => key === feature);
                    const text = (grant: typeof before) => (grant && grantText(grant, info)) || t('not included');
                    return (
                      <li key={feature}>
                        {info?.name ?? feature}: {text(before)} → <strong>{text(after)}</strong>
                      </li>
                    );
                  })}
                </ul>
              </section>
            ) : null}
            {overLimit.map(({ feature, limit, used }) => (
              <StateMark key={feature} mark="warning">
                {t('{feature}: there are {used}, {limit} will be allowed. Nothing is deleted.', {
                  feature,
                  used: exact(used),
                  limit: exact(limit),
                })}
              </StateMark>
            ))}
            {payFirst ? null : <ProblemNote error={change.error} />}
            <ProblemNote error={checkout.error} />
            {payFirst ? (
              <Button loading={checkout.isPending} onClick={() => checkout.mutate(choice)}>
                {t('To the payment')}
              </Button>
            ) : (
              <Button loading={change.isPending} onClick={() => change.mutate(choice)}>
                {t('Change the plan')}
              </Button>
            )}
          </div>
        )}
      </Reading>
    </Page>
  );
}
