import { useQueryClient } from '@tanstack/react-query';
import { lasted } from '../kernel/format.ts';
import { useLiveState } from '../kernel/live.ts';
import { linkKey } from '../kernel/shared-link.ts';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { useNow } from '../kernel/use-now.ts';
import classes from './shell.module.css';

const LIVE = {
  live: { mark: 'ok', text: 'Live' },
  polling: { mark: 'stale', text: 'Asked for again and again' },
  connecting: { mark: 'pending', text: 'Connecting' },
} as const;

/** Whether the page follows by itself, and how old the oldest of what it shows is. */
export function LiveMark({ org }: { org: string }) {
  const state = useLiveState();
  // Whoever has a link has no stream.
  const { mark, text } = LIVE[linkKey() ? 'polling' : state];
  const now = useNow(1_000, Date.now);
  const shown = useQueryClient()
    .getQueryCache()
    .findAll({ type: 'active', predicate: ({ queryKey }) => queryKey[0] === org });
  const read = shown.flatMap(({ state: { dataUpdatedAt } }) => (dataUpdatedAt > 0 ? [dataUpdatedAt] : []));
  return (
    <span className={classes['live']}>
      <span role="status">
        <StateMark mark={mark}>{t(text)}</StateMark>
      </span>
      {read.length > 0 ? (
        <span className={classes['age']} title={t('How long ago the oldest of what you see was read')}>
          {lasted((now - Math.min(...read)) / 1_000)}
        </span>
      ) : null}
    </span>
  );
}
