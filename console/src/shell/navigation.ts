import type { LinkProps } from '@tanstack/react-router';

/*
 * What the console has, in the order of the bar. `scope`: who may not read it does not see it. Texts are translated
 * where they are shown.
 */
export interface Item {
  to: LinkProps['to'];
  text: string;
  scope?: string;
  exact?: boolean;
}

export const NAVIGATION: { title?: string; items: Item[] }[] = [
  { items: [{ to: '/o/$org', text: 'Overview', exact: true }] },
  { title: 'Monitoring', items: [{ to: '/o/$org/servers', text: 'Servers', scope: 'servers:read' }] },
  {
    title: 'Trading',
    items: [
      { to: '/o/$org/bots', text: 'Bots', scope: 'bots:read' },
      { to: '/o/$org/backtests', text: 'Backtests', scope: 'bots:read' },
    ],
  },
  {
    title: 'Organisation',
    items: [
      { to: '/o/$org/usage', text: 'Usage', scope: 'usage:read' },
      { to: '/o/$org/plans', text: 'Plans', scope: 'billing:read' },
      { to: '/o/$org/billing', text: 'Billing', scope: 'billing:read' },
      { to: '/o/$org/team', text: 'Team', scope: 'members:read' },
      { to: '/o/$org/keys', text: 'API keys', scope: 'keys:read' },
      { to: '/o/$org/channels', text: 'Notifications', scope: 'channels:read' },
      { to: '/o/$org/organisations', text: 'Organisations' },
      { to: '/o/$org/account', text: 'Account' },
    ],
  },
  {
    title: 'Operator',
    items: [
      { to: '/o/$org/operator/organisations', text: 'Organisations', scope: 'operator' },
      { to: '/o/$org/operator/orders', text: 'Orders', scope: 'operator' },
      { to: '/o/$org/operator/revenue', text: 'Revenue', scope: 'operator' },
      { to: '/o/$org/operator/catalogue', text: 'Plan catalogue', scope: 'operator' },
      { to: '/o/$org/operator/services', text: 'Services', scope: 'operator' },
    ],
  },
];
