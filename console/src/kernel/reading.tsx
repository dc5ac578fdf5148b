import { Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { type Asked, AskedContext } from './asked.ts';
import { lasted } from './format.ts';
import { ProblemNote } from './problem-note.tsx';
import { StateMark } from './state-mark.tsx';
import { t } from './strings.ts';
import { useNow } from './use-now.ts';

/**
 * What is read, once it is there. While it is read again the old one stays; when that fails it stays too, and its age
 * is said.
 */
export function Reading<T>({ of, children }: { of: UseQueryResult<T>; children: (data: T) => React.ReactNode }) {
  const { data, error, isPending, refetch } = of;
  if (data === undefined) {
    if (isPending && !error) return <Skeleton height={160} role="status" aria-label={t('Loading')} />;
    return <ProblemNote error={error} retry={() => void refetch()} />;
  }
  return (
    <>
      {error ? <Stale since={of.dataUpdatedAt} /> : null}
      <AskedContext value={(of as { asked?: Asked }).asked}>{children(data)}</AskedContext>
    </>
  );
}

function Stale({ since }: { since: number }) {
  const now = useNow(1_000, Date.now);
  return (
    <p role="status">
      <StateMark mark="stale">
        {t('No answer at the moment: what you see is {time} old', { time: lasted((now - since) / 1_000) })}
      </StateMark>
    </p>
  );
}
