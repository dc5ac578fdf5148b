import { Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { isProblem } from '@tidegate/client';
import { type Asked, AskedContext } from './asked.ts';
import { Empty } from './empty.tsx';
import { lasted } from './format.ts';
import { ProblemNote } from './problem-note.tsx';
import { linkKey } from './shared-link.ts';
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
    if (isProblem(error) && error.code === 'forbidden' && !linkKey())
      return (
        <Empty title={t('Your role in this organisation may not see this')}>
          {t('Ask an admin or owner of it for another role, or to look for you.')}
        </Empty>
      );
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
