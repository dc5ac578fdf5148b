import { Button } from '@mantine/core';
import type { ServerMoment } from '@tidegate/client';
import { Moment } from '../kernel/moment.tsx';
import { t } from '../kernel/strings.ts';

const MOST = 8;

/** Moments worth going back to: when sessions were blocked, and when far more than usual were active. */
export function Moments({
  moments,
  at: chosen,
  onChoose,
}: {
  moments: readonly ServerMoment[];
  at: string | undefined;
  onChoose: (at: string) => void;
}) {
  return (
    <section className="row" aria-label={t('Moments worth seeing')}>
      <span className="quiet">{t('Moments worth seeing')}</span>
      {moments.slice(0, MOST).map(({ kind, at, waitingMost, activeMost }) => (
        <Button
          key={at}
          size="compact-xs"
          variant={at === chosen ? 'filled' : 'default'}
          aria-pressed={at === chosen}
          onClick={() => onChoose(at)}
        >
          <Moment at={at} />{' '}
          {kind === 'blocked'
            ? t('{count} blocked', { count: waitingMost })
            : t('{count} active', { count: activeMost })}
        </Button>
      ))}
    </section>
  );
}
