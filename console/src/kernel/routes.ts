import { createRootRoute, createRoute, redirect } from '@tanstack/react-router';
import { isProblem, type Me } from '@tidegate/client';
import { queryClient, readOf } from './api.ts';
import { standStill } from './page-clock.ts';
import { linkKey } from './shared-link.ts';
import { tablesIn } from './table-view.rules.ts';

/*
 * The routes that all others hang from: everything of an organisation is below its id, so that a link opens in the
 * right one and two tabs can show two.
 */
export const rootRoute = createRootRoute();

export const meOf = () => ({ ...readOf(null, 'accountsMe', {}), staleTime: 60_000 });

/** Where somebody may go: what is theirs, and the demo that everybody may look at. */
export const placesOf = (me: Me | undefined): Me['organisations'] =>
  me ? [...me.organisations, ...(me.demo ? [me.demo] : [])] : [];

export const orgRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/o/$org',
  // How tables are sorted and searched and which columns they have, on every page that has one.
  validateSearch: tablesIn,
  beforeLoad: async ({ location, params }) => {
    // Whoever has a link is nobody, and reads what it shows.
    if (linkKey()) return;
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
