import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { isProblem } from '@tidegate/client';
import { client, queryClient, useOrg } from '../kernel/api.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';

const route = getRouteApi('/o/$org/billing');
const SESSION = /^cs_[A-Za-z0-9_]+$/;

/**
 * Back from the payment. The address only says which payment is meant: whether it is paid, the platform says, and what was
 * bought is in force when this is shown.
 */
export function Arrival() {
  const { checkout } = route.useSearch();
  const org = useOrg();
  const isSession = checkout !== undefined && SESSION.test(checkout);
  const finish = useQuery({
    queryKey: [org, 'arrival', checkout],
    enabled: isSession,
    queryFn: async ({ signal }) => {
      const found = await client.checkoutFinish({ sessionId: checkout ?? '' }, { signal, organisation: org });
      if (isPaid(found))
        await queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[1] === 'billing' });
      return found;
    },
    refetchInterval: ({ state: { data, error } }) =>
      isRefused(error) || (data && (isPaid(data) || data.status === 'expired')) ? false : 2_000,
  });
  if (checkout === undefined) return null;
  if (!isSession) return <StateMark mark="stale">{t('Nothing was paid, and nothing has changed.')}</StateMark>;
  if (finish.error) return <ProblemNote error={finish.error} retry={() => void finish.refetch()} />;
  if (finish.data?.status === 'expired') {
    return <StateMark mark="stale">{t('That page has expired: nothing was paid.')}</StateMark>;
  }
  return (
    <p role="status">
      {finish.data && isPaid(finish.data) ? (
        <StateMark mark="ok">{t('The payment has arrived. What you have bought is in force.')}</StateMark>
      ) : (
        <StateMark mark="pending">{t('Waiting for the payment to arrive …')}</StateMark>
      )}
    </p>
  );
}

const isRefused = (error: unknown): boolean => isProblem(error) && error.status >= 400 && error.status < 500;

const isPaid = ({ status, paid }: { status: string; paid: boolean }): boolean => status === 'complete' && paid;
