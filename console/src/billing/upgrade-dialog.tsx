import { Button, Modal } from '@mantine/core';
import type { BillingInterval, UpgradeAddon } from '@tidegate/client';
import { useState } from 'react';
import { useRead } from '../kernel/api.ts';
import { upgradesOf, usePlanName } from '../kernel/plan-name.ts';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import type { UpgradeDialogProps } from '../kernel/upgrade.ts';
import { ChooseInterval } from './choose-interval.tsx';
import { Offer } from './offer.tsx';
import { type ChosenAddon, hasAll, withOneMore } from './one-more.rules.ts';

/**
 * A larger plan or an add-on, bought where something was refused: whatever is being filled in behind it stays. A payment is
 * made in another tab, and this one waits until the platform says that it is in force.
 */
export default function UpgradeDialog({ product: named, feature, plan, addon, onClose }: UpgradeDialogProps) {
  const known = useRead('entitlementsCurrent', {}, { enabled: named === null }).data;
  const offers = known ? upgradesOf(known, feature ?? '') : [];
  const product = named ?? offers.find((one) => one.plan === plan)?.product ?? offers[0]?.product;
  const name = usePlanName(product, plan);
  const [interval, setInterval] = useState<BillingInterval>('month');
  const [paying, setPaying] = useState<string>();
  const [changed, setChanged] = useState(false);
  const subscriptions = useRead('subscriptionsGet', {}, paying && !changed ? { everyMs: 2_000 } : {});
  const own = subscriptions.data?.subscriptions.find((one) => one.product === product);
  // What is wanted, as of when the dialog was opened: once it is bought there is one more.
  const [addons, setAddons] = useState<ChosenAddon[]>();
  if (addon && !addons && subscriptions.data) setAddons(withOneMore(own, addon));
  const isOwn = addon !== undefined && own?.inForce === plan;
  const ready = !addon || addons !== undefined;
  const done = changed || (ready && hasAll(own, { plan, addons: addons ?? [] }));
  const title = addon && (isOwn ? t('Add {addon}', { addon: addon.addonName }) : withAddon(addon));
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={title ?? (name ? t('Change to {plan}', { plan: name }) : t('Change the plan'))}
    >
      <div className="stack">
        {done ? (
          <>
            <StateMark mark="ok">
              {addon
                ? t('It is in force. What you have entered is still there: send it again.')
                : t('The plan is in force. What you have entered is still there: send it again.')}
            </StateMark>
            <div className="row">
              <Button onClick={onClose}>{t('Go on')}</Button>
            </div>
          </>
        ) : paying ? (
          <>
            <StateMark mark="pending">{t('Waiting for the payment to arrive …')}</StateMark>
            <div className="row">
              <Button component="a" href={paying} target="_blank" rel="noreferrer">
                {t('Open the page of the payment')}
              </Button>
              <Button variant="default" onClick={() => setPaying(undefined)}>
                {t('Back')}
              </Button>
            </div>
          </>
        ) : (
          <>
            {isOwn ? null : (
              <ChooseInterval interval={interval} onChoose={(search) => setInterval(search.interval ?? 'month')} />
            )}
            {product === undefined || !ready ? null : (
              <Offer
                product={product}
                plan={plan}
                interval={isOwn ? own.interval : interval}
                addons={addons}
                {...(isOwn && { text: t('Add it') })}
                pay={setPaying}
                onDone={() => setChanged(true)}
              />
            )}
          </>
        )}
      </div>
    </Modal>
  );
}

const withAddon = ({ planName: plan, addonName: addon }: UpgradeAddon): string =>
  t('Change to {plan} with {addon}', { plan, addon });
