import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { orgRoute } from '../kernel/routes.ts';
import { given, oneOf } from '../kernel/search-params.ts';
import { AREAS, HAPPENING_KINDS } from './happening-kinds.ts';

export const happeningRoutes = [
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/feed',
    validateSearch: (raw: Record<string, unknown>) =>
      given({ area: oneOf(raw, 'area', AREAS), kind: oneOf(raw, 'kind', HAPPENING_KINDS) }),
    component: lazyRouteComponent(() => import('./list-happenings.tsx'), 'ListHappenings'),
  }),
] as const;
