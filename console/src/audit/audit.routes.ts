import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { orgRoute } from '../kernel/routes.ts';
import { given, oneOf, textOf } from '../kernel/search-params.ts';
import { MEANS, OUTCOMES, THINGS } from './audit-words.ts';

const dayOf = (raw: Record<string, unknown>, name: string): string | undefined => {
  const text = textOf(raw, name);
  return text && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined;
};

export const auditRoutes = [
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/audit',
    validateSearch: (raw: Record<string, unknown>) =>
      given({
        means: oneOf(raw, 'means', MEANS),
        person: textOf(raw, 'person'),
        outcome: oneOf(raw, 'outcome', OUTCOMES),
        action: textOf(raw, 'action'),
        thing: oneOf(raw, 'thing', THINGS),
        of: textOf(raw, 'of'),
        from: dayOf(raw, 'from'),
        to: dayOf(raw, 'to'),
      }),
    component: lazyRouteComponent(() => import('./show-audit.tsx'), 'ShowAudit'),
  }),
] as const;
