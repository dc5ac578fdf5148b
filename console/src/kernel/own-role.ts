import { useQuery } from '@tanstack/react-query';
import type { Role } from '@tidegate/client';
import { useMemo } from 'react';
import { readOf, useOrg } from './api.ts';
import { meOf, placesOf } from './routes.ts';
import { linkKey } from './shared-link.ts';

/** The reader's role in the organisation of the page, which may be another than the session's default. */
export function useOwnRole(): Role | undefined {
  const org = useOrg();
  const me = useQuery({ ...meOf(), enabled: !linkKey() }).data;
  if (me?.organisation?.id === org) return me.organisation.role ?? undefined;
  return placesOf(me).find(({ id }) => id === org)?.role;
}

/** What the reader may do in the organisation of the page; undefined until it is known. */
export function useScopes(): ReadonlySet<string> | undefined {
  const org = useOrg();
  const me = useQuery({ ...meOf(), enabled: !linkKey() }).data;
  const isDefault = me?.organisationId === org;
  const here = useQuery({ ...readOf(org, 'accountsMe', {}), enabled: me !== undefined && !isDefault }).data;
  const scopes = (isDefault ? me : here)?.scopes;
  return useMemo(() => scopes && new Set(scopes), [scopes]);
}
