import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { orgRoute } from '../kernel/routes.ts';
import { given, textOf } from '../kernel/search-params.ts';

/** How far back the days of a meter go. */
export const DAYS = ['7', '30', '90'] as const;

/** `split`: what the days are divided by. `of`: the share whose events are shown. */
export interface MeterSearch {
  split?: string | undefined;
  of?: string | undefined;
  days?: (typeof DAYS)[number] | undefined;
}

export const usageRoutes = [
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/usage',
    component: lazyRouteComponent(() => import('./show-usage.tsx'), 'ShowUsage'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/usage/$meter',
    validateSearch: (raw: Record<string, unknown>): MeterSearch => {
      const split = textOf(raw, 'split');
      const known = split === 'key' || split === 'source' || split?.startsWith('~');
      const days = DAYS.find((one) => one === textOf(raw, 'days') && one !== '30');
      return given({ split: known ? split : undefined, of: known ? textOf(raw, 'of') : undefined, days });
    },
    component: lazyRouteComponent(() => import('./show-meter.tsx'), 'ShowMeter'),
  }),
] as const;
