import { Button, NumberInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { FeatureInfo, Subscription } from '@tidegate/client';
import { subscriptionsChange } from '@tidegate/client/generated/limits/billing';
import { useState } from 'react';
import { readOf, useOrg, useRead } from '../kernel/api.ts';
import { Empty } from '../kernel/empty.tsx';
import { day, exact, money } from '../kernel/format.ts';
import { useMay } from '../kernel/may.tsx';
import { Page } from '../kernel/page.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { type AddonLine, addonLines, chosenOf, isCountOf, unchanged } from './addons.rules.ts';
import classes from './billing.module.css';
import { comingText } from './grant-text.ts';
import { Offer } from './offer.tsx';
import type { ChosenAddon } from './one-more.rules.ts';

const MOST = subscriptionsChange['addons.*.quantity'].max;
/** Chosen, it takes the add-on away. */
const NONE = 0;

const route = getRouteApi('/o/$org/billing/addons/$product');

/** Everything that can be added to a plan, and how much of it there is: more, fewer or none, with what that costs before. */
export function ChangeAddons() {
  const { product } = route.useParams();
  const plans = useQuery(readOf(null, 'plansList', {}));
  const own = useRead('subscriptionsGet', {});
  const seats = useRead('seatsGet', {}).data?.items.find((one) => one.product === product);
  return (
    <Page title={t('Add-ons')} lead={t('What a change costs is shown before it is made.')}>
      <Reading of={own}>
        {({ subscriptions, currency }) => (
          <Reading of={plans}>
            {(catalogue) => {
              const subscription = subscriptions.find((one) => one.product === product && one.inForce === one.plan);
              const sold = catalogue.products.find((one) => one.product === product)?.addons ?? [];
              const lines = subscription ? addonLines(subscription, sold, currency ?? catalogue.currency) : [];
              if (!subscription || lines.length === 0)
                return <Empty title={t('Nothing can be added')}>{t('Your plan is sold as it is.')}</Empty>;
              return (
                <Choose
                  key={JSON.stringify(subscription.addons)}
                  subscription={subscription}
                  lines={lines}
                  features={catalogue.features}
                  following={seats?.following ? seats.addon : undefined}
                />
              );
            }}
          </Reading>
        )}
      </Reading>
    </Page>
  );
}

interface Given {
  subscription: Subscription;
  lines: readonly AddonLine[];
  features: readonly FeatureInfo[];
  /** The add-on whose number follows the members by itself. */
  following: string | undefined;
}

function Choose({ subscription, lines, features, following }: Given) {
  const org = useOrg();
  const navigate = useNavigate();
  const mayChange = useMay()('subscriptionsChange');
  const [counts, setCounts] = useState<Record<string, number | string>>(() => unchanged(lines));
  const [asked, setAsked] = useState<ChosenAddon[]>();
  const areCounts = lines.every((line) => isCountOf(line, counts[line.addon], MOST));
  const chosen = areCounts ? chosenOf(counts as Record<string, number>) : undefined;
  const isSame = (other: ChosenAddon[] | undefined) => JSON.stringify(other) === JSON.stringify(chosen);
  const { product, plan, productName, planName, interval } = subscription;
  const put = (addon: string, count: number | string) => setCounts((before) => ({ ...before, [addon]: count }));
  return (
    <div className="stack">
      <h2>
        {productName}: {planName}
      </h2>
      {mayChange === false ? (
        <p className="quiet">{t('Admins and owners of the organisation change its plans: ask one of them.')}</p>
      ) : null}
      <ul className={classes['addons']}>
        {lines.map((line) => (
          <li key={line.addon}>
            <AddonText line={line} coming={comingText(features, line.features)} />
            {!mayChange ? null : line.addon === following ? (
              <p>{t('The number follows your members: see Billing.')}</p>
            ) : (
              <div className="row">
                <NumberInput
                  label={t('How many of {name}', { name: line.name })}
                  value={counts[line.addon] ?? 0}
                  onChange={(count) => put(line.addon, count)}
                  min={NONE}
                  {...(line.max !== null && { max: line.max })}
                  allowDecimal={false}
                  w={220}
                />
                {line.had > 0 && line.until === null && counts[line.addon] !== 0 ? (
                  <Button variant="default" onClick={() => put(line.addon, 0)}>
                    {t('Remove {name}', { name: line.name })}
                  </Button>
                ) : null}
              </div>
            )}
          </li>
        ))}
      </ul>
      {mayChange && !(asked && isSame(asked)) ? (
        <div>
          <Button disabled={!chosen || isSame(chosenOf(unchanged(lines)))} onClick={() => setAsked(chosen)}>
            {t('Show what it costs')}
          </Button>
        </div>
      ) : null}
      {asked && isSame(asked) ? (
        <section className="stack" aria-label={t('What it costs')}>
          <Offer
            product={product}
            plan={plan}
            interval={interval}
            addons={asked}
            text={t('Change the add-ons')}
            onDone={() => void navigate({ to: '/o/$org/billing', params: { org } })}
          />
        </section>
      ) : null}
    </div>
  );
}

function AddonText({ line, coming }: { line: AddonLine; coming: string }) {
  const { name, description, price, had, until } = line;
  return (
    <div>
      <strong>{name}</strong>
      {price ? `: ${money(price.amountMinor, price.currency)} ` : ' '}
      {price ? (price.interval === 'year' ? t('a year') : t('a month')) : t('It is not sold any more.')}
      {coming}
      <p className="quiet">
        {description}{' '}
        {had === 0
          ? ''
          : until === null
            ? t('You have {count}.', { count: exact(had) })
            : t('You have {count} until {at}.', { count: exact(had), at: day(until) })}
      </p>
    </div>
  );
}
