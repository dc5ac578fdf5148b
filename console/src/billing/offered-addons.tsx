import type { Addon, BillingInterval, FeatureInfo } from '@tidegate/client';
import { money } from '../kernel/format.ts';
import { t } from '../kernel/strings.ts';
import { priceIn } from './addons.rules.ts';
import { comingText } from './grant-text.ts';

interface Props {
  addons: readonly Addon[];
  features: readonly FeatureInfo[];
  currency: string;
  interval: BillingInterval;
  /** What leads to them, for whoever can have some. */
  children?: React.ReactNode;
}

/** What can be added to the plans of a product, with its prices. Nothing where nothing can. */
export function OfferedAddons({ addons, features, currency, interval, children }: Props) {
  const offered = addons.filter((one) => one.offered);
  if (offered.length === 0) return null;
  return (
    <>
      <h3>{t('Can be added')}</h3>
      <ul>
        {offered.map((one) => {
          const price = priceIn(one.prices, currency, interval);
          return (
            <li key={one.addon}>
              {one.name}
              {price ? `: ${money(price.amountMinor, price.currency)} ` : ' '}
              {price ? (price.interval === 'year' ? t('a year') : t('a month')) : ''}
              {comingText(features, Object.keys(one.features))}
            </li>
          );
        })}
      </ul>
      {children}
    </>
  );
}
