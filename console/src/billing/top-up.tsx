import { Button, NumberInput, Select } from '@mantine/core';
import type { Package, TopUp } from '@tidegate/client';
import { topUpsSet } from '@tidegate/client/generated/limits/billing';
import { useState } from 'react';
import { useRead, useWrite } from '../kernel/api.ts';
import { exact, money } from '../kernel/format.ts';
import { limits } from '../kernel/limits.ts';
import { May } from '../kernel/may.tsx';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { MonthlyCap, useMonthlyCap } from './monthly-cap.tsx';

interface Sold {
  offered: readonly Package[];
  nameOf: (feature: string) => string;
  /** In which the organisation pays. */
  currency: string;
}

/** Packages that are bought by themselves, one form for each feature of which some are sold. */
export function TopUps({ offered, nameOf, currency }: Sold) {
  const topUps = useRead('topUpsGet', {}).data?.items;
  if (!topUps) return null;
  return [...new Set(offered.map(({ feature }) => feature))].map((feature) => {
    const own = topUps.find((one) => one.feature === feature);
    const packs = offered.filter((one) => one.feature === feature && isPricedIn(one, own?.currency ?? currency));
    if (packs.length === 0 && !own) return null;
    const given = { feature, name: nameOf(feature), packs, own, currency: own?.currency ?? currency };
    return <Form key={`${feature} ${own?.enabled}`} {...given} />;
  });
}

const isPricedIn = ({ prices }: Package, currency: string): boolean => prices.some((one) => one.currency === currency);

interface Given {
  feature: string;
  name: string;
  packs: readonly Package[];
  own: TopUp | undefined;
  currency: string;
}

const STOPPED = {
  payment_failed: 'A payment failed, so nothing is bought by itself any more. Mend the card, then switch it on again.',
  package_gone: 'The package is not sold any more. Choose another, then switch it on again.',
} as const;

function Form({ feature, name, packs, own, currency }: Given) {
  const set = useWrite('topUpsSet');
  const errors = fieldErrors(set.error, {}, ['threshold', 'monthlyCapMinor']);
  const [pack, setPack] = useState(own?.package ?? packs[0]?.package ?? '');
  const chosen = packs.find((one) => one.package === pack);
  const price = chosen?.prices.find((one) => one.currency === currency);
  const [threshold, setThreshold] = useState<number | string>(own?.threshold ?? 0);
  const cap = useMonthlyCap(currency, own?.monthlyCapMinor ?? 5 * (price?.amountMinor ?? 0), topUpsSet.monthlyCapMinor);
  const on = { feature, enabled: true, package: pack, threshold: Number(threshold), monthlyCapMinor: cap.minor };
  return (
    <section aria-label={t('Buy {name} by itself', { name })}>
      <h3>{t('Buy {name} by itself', { name })}</h3>
      {own?.stopped ? <StateMark mark="warning">{t(STOPPED[own.stopped])}</StateMark> : null}
      {own?.enabled ? <Running own={own} /> : null}
      {own?.enabled ? null : (
        <p className="quiet">{t('Your card is charged when units run low, up to a sum in each month.')}</p>
      )}
      <May op="topUpsSet">
        <div className="row">
          <Select
            label={t('Package')}
            value={pack}
            onChange={(value) => setPack(value ?? pack)}
            data={packs.map((one) => ({ value: one.package, label: one.name }))}
          />
          <NumberInput
            label={t('When so many are left')}
            value={threshold}
            onChange={setThreshold}
            {...limits(topUpsSet.threshold)}
            error={errors['threshold']}
          />
          <MonthlyCap cap={cap} error={errors['monthlyCapMinor']} />
          <Button variant="default" loading={set.isPending} onClick={() => set.mutate(on)}>
            {own?.enabled ? t('Change it') : t('Switch it on')}
          </Button>
          {own?.enabled ? (
            <Button variant="default" loading={set.isPending} onClick={() => set.mutate({ feature, enabled: false })}>
              {t('Switch it off')}
            </Button>
          ) : null}
        </div>
      </May>
      <ProblemNote error={restOf(set.error, errors)} />
    </section>
  );
}

function Running({ own }: { own: TopUp }) {
  const sums = { spent: money(own.spentMinor, own.currency), cap: money(own.monthlyCapMinor, own.currency) };
  const bought = { package: own.name, threshold: exact(own.threshold), ...sums };
  return (
    <p>
      <StateMark mark={own.capReached ? 'paused' : 'ok'}>
        {own.capReached
          ? t('The sum for this month is spent: {spent} of {cap}.', sums)
          : t('{package} is bought when {threshold} are left. {spent} of {cap} are spent in this month.', bought)}
      </StateMark>
    </p>
  );
}
