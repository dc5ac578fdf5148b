import { useQuery } from '@tanstack/react-query';
import type { Role } from '@tidegate/client';
import { useOrg } from './api.ts';
import { meOf } from './routes.ts';
import { linkKey } from './shared-link.ts';

/** The reader's role in the organisation of the page, which may be another than the session's default. */
export function useOwnRole(): Role | undefined {
  const org = useOrg();
  return useQuery({ ...meOf(), enabled: !linkKey() }).data?.organisations.find(({ id }) => id === org)?.role;
}

/** Whether they may change members, keys and the organisation itself. */
export function useIsAdmin(): boolean {
  const role = useOwnRole();
  return role === 'admin' || role === 'owner';
}
