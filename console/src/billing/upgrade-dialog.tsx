import { Button, Modal } from '@mantine/core';
import type { BillingInterval } from '@tidegate/client';
import { useState } from 'react';
import { useRead } from '../kernel/api.ts';
import { usePlanName } from '../kernel/plan-name.ts';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import type { Upgrade } from '../kernel/upgrade.ts';
import { ChooseInterval } from './choose-interval.tsx';
import { Offer } from './offer.tsx';

/**
 * A larger plan, bought where the smaller one refused something: whatever is being filled in behind it stays. A payment is
 * made in another tab, and this one waits until the platform says that the plan is in force.
 */
export default function UpgradeDialog({ product: named, feature, plan, onClose }: Upgrade) {
  const upgrades = useRead('entitlementsCurrent', {}, { enabled: named === null }).data?.upgrade;
  const product = named ?? upgrades?.[feature ?? '']?.product;
  const name = usePlanName(product, plan);
  const [interval, setInterval] = useState<BillingInterval>('month');
  const [paying, setPaying] = useState<string>();
  const [changed, setChanged] = useState(false);
  const subscriptions = useRead('subscriptionsGet', {}, paying && !changed ? { everyMs: 2_000 } : {});
  const has = subscriptions.data?.subscriptions.find((one) => one.product === product)?.inForce === plan;
  const done = has || changed;
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={name ? t('Change to {plan}', { plan: name }) : t('Change the plan')}
    >
      <div className="stack">
        {done ? (
          <>
            <StateMark mark="ok">
              {t('The plan is in force. What you have entered is still there: send it again.')}
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
            <ChooseInterval interval={interval} onChoose={(search) => setInterval(search.interval ?? 'month')} />
            {product === undefined ? null : (
              <Offer
                product={product}
                plan={plan}
                interval={interval}
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
