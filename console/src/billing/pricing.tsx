import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { BillingInterval } from '@tidegate/client';
import { readOf } from '../kernel/api.ts';
import { Brand } from '../kernel/brand.tsx';
import { money } from '../kernel/format.ts';
import { Page } from '../kernel/page.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import classes from './billing.module.css';
import { ChooseInterval } from './choose-interval.tsx';
import { grantText } from './grant-text.ts';
import { OfferedAddons } from './offered-addons.tsx';

const route = getRouteApi('/pricing');

/** What there is to buy, for everybody: nobody logs in to see a price. */
export function Pricing() {
  const interval: BillingInterval = route.useSearch().interval ?? 'month';
  const navigate = route.useNavigate();
  const plans = useQuery(readOf(null, 'plansList', {}));
  return (
    <main className={classes['public']}>
      <Brand />
      <Page
        title={t('Plans and prices')}
        actions={
          <>
            <ChooseInterval interval={interval} onChoose={(search) => void navigate({ search })} />
            <Button variant="default" renderRoot={(props) => <Link to="/log-in" {...props} />}>
              {t('Log in')}
            </Button>
          </>
        }
      >
        <Reading of={plans}>
          {({ products, features, currency, packages }) => {
            const priceOf = (prices: { currency: string; interval?: string; amountMinor: number }[]) =>
              prices.find((one) => one.currency === currency && one.interval === interval) ??
              prices.find((one) => one.currency === currency) ??
              prices[0];
            return (
              <>
                {products.map(({ product, name, description, plans: all, addons }) => (
                  <section key={product} aria-label={name}>
                    <h2>{name}</h2>
                    <p className="quiet">{description}</p>
                    <div className={classes['cards']}>
                      {all
                        .filter((plan) => plan.offered)
                        .map((plan) => {
                          const price = priceOf(plan.prices);
                          return (
                            <article key={plan.plan} className={classes['card']}>
                              <h3>{plan.name}</h3>
                              <p className={classes['price']}>
                                {price ? money(price.amountMinor, price.currency) : t('on request')}
                                {price?.amountMinor ? (
                                  <small> {price.interval === 'year' ? t('a year') : t('a month')}</small>
                                ) : null}
                              </p>
                              <p className="quiet">{plan.description}</p>
                              <ul>
                                {features.flatMap((info) => {
                                  const grant = plan.features[info.key];
                                  const text = grant ? grantText(grant, info) : null;
                                  return text ? [<li key={info.key}>{text}</li>] : [];
                                })}
                              </ul>
                              {plan.trial ? (
                                <p className="quiet">
                                  {t('{days, plural, one {# day} other {# days}} to try it', { days: plan.trial.days })}
                                </p>
                              ) : null}
                              <Button variant="default" renderRoot={(props) => <Link to="/register" {...props} />}>
                                {t('Begin with {plan}', { plan: plan.name })}
                              </Button>
                            </article>
                          );
                        })}
                    </div>
                    <OfferedAddons addons={addons} features={features} currency={currency} interval={interval} />
                  </section>
                ))}
                {packages.some((one) => one.offered) ? (
                  <section>
                    <h2>{t('Packages')}</h2>
                    <ul>
                      {packages
                        .filter((one) => one.offered)
                        .map((one) => {
                          const price = priceOf(one.prices);
                          return (
                            <li key={one.package}>
                              {one.name}
                              {price ? `: ${money(price.amountMinor, price.currency)}` : ''}
                            </li>
                          );
                        })}
                    </ul>
                  </section>
                ) : null}
              </>
            );
          }}
        </Reading>
      </Page>
    </main>
  );
}
