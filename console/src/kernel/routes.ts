import { createRootRoute, createRoute, redirect } from '@tanstack/react-router';
import { isProblem, type Me } from '@tidegate/client';
import { ask, queryClient, readOf } from './api.ts';
import { compareClocks, standStill } from './page-clock.ts';
import { linkKey } from './shared-link.ts';
import { tablesIn } from './table-view.rules.ts';

/*
 * The routes that all others hang from: everything of an organisation is below its id, so that a link opens in the
 * right one and two tabs can show two.
 */
export const rootRoute = createRootRoute();

/** Of the page: the answer about its reader says how it is there, so that a page has all around it with one request. */
let within: string | null = null;

export const meOf = () => ({
  ...readOf(null, 'accountsMe', {}),
  queryFn: ({ signal }: { signal: AbortSignal }) => whoAmI(signal),
  staleTime: 60_000,
});

/** Where somebody has no business: who they are is asked without it, and its pages say so by themselves. */
const NOT_THEIRS: ReadonlySet<unknown> = new Set([403, 404, 422]);

async function whoAmI(signal: AbortSignal): Promise<Me> {
  const asked = within;
  try {
    return keepAround(await ask(asked, 'accountsMe', {}, signal));
  } catch (error) {
    if (asked === null || !isProblem(error) || !NOT_THEIRS.has(error.status)) throw error;
    if (within === asked) within = null;
    return keepAround(await ask(null, 'accountsMe', {}, signal));
  }
}

/** What came along is not asked for again. */
function keepAround(me: Me): Me {
  compareClocks(me.serverTime);
  const { id: organisationId, theme } = me.organisation ?? {};
  if (organisationId && theme) queryClient.setQueryData(readOf(null, 'themesGet', { organisationId }).queryKey, theme);
  return me;
}

let entered: string | undefined;

/** Into another organisation: whoever is known already is asked how it is there. */
async function enter(org: string): Promise<void> {
  if (entered === org) return;
  entered = org;
  within = org;
  const me = queryClient.getQueryData(meOf().queryKey);
  // Without an answer its pages come all the same, and say what is wrong.
  if (me && me.organisationId !== org) await queryClient.fetchQuery({ ...meOf(), staleTime: 0 }).catch(() => undefined);
}

/** Where somebody may go: what is theirs, and the demo that everybody may look at. */
export const placesOf = (me: Me | undefined): Me['organisations'] =>
  me ? [...me.organisations, ...(me.demo ? [me.demo] : [])] : [];

export const orgRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/o/$org',
  // How tables are sorted and searched and which columns they have, on every page that has one.
  validateSearch: tablesIn,
  beforeLoad: async ({ location, params, preload }) => {
    // Whoever has a link is nobody, and reads what it shows.
    if (linkKey()) return;
    if (!preload) await enter(params.org);
    const me = await somebody(location.href);
    standStill(placesOf(me).find(({ id }) => id === params.org)?.demoUntil);
  },
});

/** What belongs to a person and to no organisation: also somebody who has none gets there. */
export const personRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'person',
  validateSearch: tablesIn,
  beforeLoad: async ({ location }) => {
    await somebody(location.pathname === '/' ? undefined : location.href);
  },
});

/** Who is logged in; whoever is not logs in first, and comes back to `next`. */
async function somebody(next: string | undefined) {
  try {
    return await queryClient.ensureQueryData(meOf());
  } catch (error) {
    // Only an answer says that nobody is logged in; without one the page itself says what is wrong.
    if (isProblem(error) && error.code === 'unauthenticated')
      throw redirect({ to: '/log-in' as never, search: (next ? { next } : {}) as never });
    throw error;
  }
}
