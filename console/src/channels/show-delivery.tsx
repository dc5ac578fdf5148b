import { Button } from '@mantine/core';
import type { Channel, Delivery } from '@tidegate/client';
import { useRead, useWrite } from '../kernel/api.ts';
import { Copy } from '../kernel/copy-text.tsx';
import { Fact } from '../kernel/fact.tsx';
import { useMay } from '../kernel/may.tsx';
import { Moment } from '../kernel/moment.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { type Mark, StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { whyNot } from './delivery-words.ts';
import { noticeWords } from './notice-words.ts';

export const DELIVERY_MARKS: Record<Delivery['state'], Mark> = {
  pending: 'pending',
  delivered: 'ok',
  failed: 'critical',
  quota_exhausted: 'warning',
  cancelled: 'stale',
};

/** One message: how far it has come, why no further, and what to do. */
export function ShowDelivery({ deliveryId, channels }: { deliveryId: string; channels: Channel[] }) {
  const delivery = useRead('deliveriesGet', { deliveryId }, { everyMs: 15_000 });
  const may = useMay()('deliveriesRetry');
  const retry = useWrite('deliveriesRetry');
  return (
    <Reading of={delivery}>
      {(one) => {
        const channel = channels.find(({ id }) => id === one.channelId);
        const why = whyNot(one);
        return (
          <div className="stack">
            <p>
              <StateMark mark={DELIVERY_MARKS[one.state]}>{t(one.state)}</StateMark>
            </p>
            {why && one.state !== 'delivered' ? (
              <p>
                <strong>{why.what}.</strong> {why.cure}
              </p>
            ) : null}
            <dl className="facts">
              <Fact name={t('Of what')} value={noticeWords(one.event)} />
              <Fact name={t('Channel')} value={channel?.name ?? t('deleted since')} />
              <Fact name={t('Where to')} value={channel?.address ?? channel?.url ?? '–'} />
              <Fact name={t('Attempts')} value={one.attempts} />
              <Fact name={t('Created')} value={<Moment at={one.createdAt} />} />
              {one.deliveredAt ? <Fact name={t('Delivered')} value={<Moment at={one.deliveredAt} />} /> : null}
              {one.nextAttemptAt ? <Fact name={t('Next attempt')} value={<Moment at={one.nextAttemptAt} />} /> : null}
            </dl>
            <div>
              <p className="quiet">
                {channel?.kind === 'email'
                  ? t('The first part of its Message-ID, the same for every attempt')
                  : t('Its webhook-id, the same for every attempt: by it a receiver recognises what it has already')}
              </p>
              <div className="row">
                <code>{one.id}</code>
                <Copy text={one.id} />
              </div>
            </div>
            {may && one.state !== 'delivered' && one.state !== 'pending' ? (
              <div className="row">
                <Button
                  size="compact-sm"
                  loading={retry.isPending}
                  onClick={() => retry.mutate({ deliveryId: one.id })}
                >
                  {t('Send again')}
                </Button>
              </div>
            ) : null}
            <ProblemNote error={retry.error} />
          </div>
        );
      }}
    </Reading>
  );
}
