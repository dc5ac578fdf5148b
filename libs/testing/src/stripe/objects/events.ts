import { DAY } from '../kernel/clock.ts';
import { asked, type PageParams, page } from '../kernel/lists.ts';
import { invalid } from '../kernel/refusal.ts';
import type { Routes } from '../kernel/routes.ts';
import type { StoredEvent } from '../kernel/store.ts';

type List = PageParams & { type?: string; types?: string[] };

const KEPT = 30 * DAY;
const MOST_TYPES = 20;

export const eventRoutes: Routes = {
  'GET /v1/events': (account, params: List) => {
    if (params.types && params.type)
      throw invalid('You may only specify one of these parameters: type, types.', 'types');
    if ((params.types?.length ?? 0) > MOST_TYPES) throw invalid(`You may list at most ${MOST_TYPES} types.`, 'types');
    const wanted = asked<StoredEvent>(params, {
      type: (one, type: string) => matches(one.type, type),
      types: (one, types: string[]) => types.includes(one.type),
      delivery_success: (one, good: boolean) => (one.pending_webhooks === 0) === good,
    });
    const kept = account.store.all('event', (one) => one.created > account.now() - KEPT && wanted(one));
    return page(kept, params, '/v1/events');
  },
  'GET /v1/events/{id}': (account, _params, { id }) => account.store.get('event', id),
  'GET /v2/core/events/{id}': (account, _params, { id }) => account.store.get('v2.core.event', id),
};

const matches = (type: string, pattern: string): boolean =>
  pattern.endsWith('.*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
