import { useNavigate } from '@tanstack/react-router';
import { client, queryClient } from './api.ts';

/** Into an organisation that somebody has just joined or made. */
export function useEnter() {
  const navigate = useNavigate();
  return async ({ organisationId: org }: { organisationId: string }) => {
    // A session that began without an organisation has one now.
    await client.sessionsSwitchOrganisation({ organisationId: org });
    queryClient.clear();
    await navigate({ to: '/o/$org', params: { org } });
  };
}
