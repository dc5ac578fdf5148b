import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { BillingInterval, FeatureInfo, Plan, Subscription } from '@tidegate/client';
import { readOf, useOrg, useRead } from '../kernel/api.ts';
import { money } from '../kernel/format.ts';
import { useMay } from '../kernel/may.tsx';
import { Page } from '../kernel/page.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import classes from './billing.module.css';
import { ChooseInterval } from './choose-interval.tsx';
import { grantText } from './grant-text.ts';
import { OfferedAddons } from './offered-addons.tsx';

const route = getRouteApi('/o/$org/plans');

export function ChoosePlan() {
  const org = useOrg();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const interval: BillingInterval = search.interval ?? 'month';
  const mayChange = useMay()('subscriptionsChange');
  const plans = useQuery(readOf(null, 'plansList', {}));
  const own = useRead('subscriptionsGet', {}).data;
  const subscriptions = own?.subscriptions ?? [];
  return (
    <Page
      title={t('Plans')}
      actions={<ChooseInterval interval={interval} onChoose={(search) => void navigate({ search })} />}
    >
      {mayChange === false ? (
        <p className="quiet">{t('Admins and owners of the organisation change its plans: ask one of them.')}</p>
      ) : null}
      <Reading of={plans}>
        {({ products, features, currency }) => (
          <>
            {products.map(({ product, name, description, plans: offered, addons }) => (
              <section key={product} aria-label={name}>
                <h2>{name}</h2>
                <p className="quiet">{description}</p>
                <div className={classes['cards']}>
                  {offered
                    .filter((plan) => plan.offered)
                    .map((plan) => (
                      <PlanCard
                        key={plan.plan}
                        plan={plan}
                        features={features}
                        currency={own?.currency ?? currency}
                        interval={interval}
                        subscription={subscriptions.find((one) => one.product === product)}
                      />
                    ))}
                </div>
                <OfferedAddons
                  addons={addons}
                  features={features}
                  currency={own?.currency ?? currency}
                  interval={interval}
                >
                  {mayChange && subscriptions.some((one) => one.product === product && one.inForce === one.plan) ? (
                    <p>
                      <Link to="/o/$org/billing/addons/$product" params={{ org, product }}>
                        {t('Add some, or change how many there are')}
                      </Link>
                    </p>
                  ) : null}
                </OfferedAddons>
              </section>
            ))}
          </>
        )}
      </Reading>
    </Page>
  );
}

interface CardProps {
  plan: Plan;
  features: readonly FeatureInfo[];
  currency: string;
  interval: BillingInterval;
  subscription: Subscription | undefined;
}

function PlanCard({ plan, features, currency, interval, subscription }: CardProps) {
  const org = useOrg();
  const mayChange = useMay()('subscriptionsChange');
  const own = plan.prices.filter((one) => one.currency === currency);
  const price = own.find((one) => one.interval === interval) ?? own[0];
  const current = subscription?.plan === plan.plan && (subscription.interval === interval || !price?.amountMinor);
  const lines = features.flatMap((info) => {
    const grant = plan.features[info.key];
    const text = grant ? grantText(grant, info) : null;
    return text ? [{ key: info.key, text }] : [];
  });
  return (
    <article className={classes['card']} data-current={current || undefined}>
      <h3>{plan.name}</h3>
      <p className={classes['price']}>
        {price ? money(price.amountMinor, price.currency) : t('on request')}
        {price?.amountMinor ? <small> {price.interval === 'year' ? t('a year') : t('a month')}</small> : null}
      </p>
      <p className="quiet">{plan.description}</p>
      <ul>
        {lines.map(({ key, text }) => (
          <li key={key}>{text}</li>
        ))}
      </ul>
      {current ? (
        <p>
          <strong>{t('Your plan')}</strong>
        </p>
      ) : mayChange ? (
        <Button
          variant="default"
          renderRoot={(props) => (
            <Link
              to="/o/$org/plans/$product/$plan"
              params={{ org, product: plan.product, plan: plan.plan }}
              search={interval === 'year' ? { interval } : {}}
              {...props}
            />
          )}
        >
          {plan.approval ? t('Ask for {plan}', { plan: plan.name }) : t('Choose {plan}', { plan: plan.name })}
        </Button>
      ) : null}
      {plan.trial && !current ? (
        <p className="quiet">{t('{days, plural, one {# day} other {# days}} to try it', { days: plan.trial.days })}</p>
      ) : null}
    </article>
  );
}
