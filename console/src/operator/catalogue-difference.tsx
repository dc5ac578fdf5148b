import type { PlansDiffOutput } from '@tidegate/client';
import { exact } from '../kernel/format.ts';
import { t } from '../kernel/strings.ts';

type Change = PlansDiffOutput['changes'][number]['change'];

const CHANGES: Record<Change, string> = {
  added: 'is new',
  changed: 'changes',
  removed: 'is offered no more',
  unchanged: 'stays',
};

/** What applying a catalogue would change, plan by plan and field by field. */
export function CatalogueDifference({ diff }: { diff: PlansDiffOutput }) {
  if (!diff.changed) return <p role="status">{t('It is the same as the one in force.')}</p>;
  const plans = diff.changes.filter(({ change }) => change !== 'unchanged');
  const addons = diff.addons.filter(({ change }) => change !== 'unchanged');
  return (
    <section aria-label={t('What changes')} className="stack">
      <h2>{t('What changes')}</h2>
      {plans.map(({ product, plan, change, subscriptions, fields }) => (
        <div key={`${product} ${plan}`}>
          <strong>{`${product}.${plan}`}</strong> {t(CHANGES[change])}
          {subscriptions > 0
            ? ` · ${t('{count, plural, one {# subscription keeps} other {# subscriptions keep}} its version until it is moved', { count: subscriptions })}`
            : ''}
          <Fields fields={fields} />
        </div>
      ))}
      {addons.map(({ product, addon, change, fields }) => (
        <div key={`${product} ${addon}`}>
          {t('Add-on')} <strong>{`${product}.${addon}`}</strong> {t(CHANGES[change])}
          <Fields fields={fields} />
        </div>
      ))}
      {diff.others.length > 0 ? (
        <div>
          {t('Currency, products, features, packages and coupons')}
          <Fields fields={diff.others} />
        </div>
      ) : null}
      <p className="quiet">{t('It becomes version {version}.', { version: exact(diff.catalogueVersion + 1) })}</p>
    </section>
  );
}

function Fields({ fields }: { fields: PlansDiffOutput['others'] }) {
  return (
    <ul>
      {fields.map(({ field, before, after }) => (
        <li key={field}>
          {field}: {before ?? '–'} → <strong>{after ?? '–'}</strong>
        </li>
      ))}
    </ul>
  );
}
