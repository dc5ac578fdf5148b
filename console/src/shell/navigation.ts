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
  /** Of the person and not of the organisation: not under an organisation's own domain. */
  ofPerson?: true;
  /** After `g`. */
  key?: string;
}

export const NAVIGATION: { title?: string; items: Item[] }[] = [
  {
    items: [
      { to: '/o/$org', text: 'Overview', exact: true, key: 'o' },
      { to: '/o/$org/feed', text: 'What happened', scope: 'org:read', key: 'h' },
    ],
  },
  { title: 'Monitoring', items: [{ to: '/o/$org/servers', text: 'Servers', scope: 'servers:read', key: 's' }] },
  {
    title: 'Trading',
    items: [
      { to: '/o/$org/bots', text: 'Bots', scope: 'bots:read', key: 'b' },
      { to: '/o/$org/backtests', text: 'Backtests', scope: 'bots:read', key: 't' },
      { to: '/o/$org/sweeps', text: 'Sweeps', scope: 'bots:read' },
      { to: '/o/$org/candles', text: 'Candles', scope: 'bots:read' },
    ],
  },
  {
    title: 'Organisation',
    items: [
      { to: '/o/$org/usage', text: 'Usage', scope: 'usage:read', key: 'u' },
      { to: '/o/$org/plans', text: 'Plans', scope: 'billing:read' },
      { to: '/o/$org/billing', text: 'Billing', scope: 'billing:read', key: 'i' },
      { to: '/o/$org/team', text: 'Team', scope: 'members:read', key: 'm' },
      { to: '/o/$org/keys', text: 'API keys', scope: 'keys:read', key: 'k' },
      { to: '/o/$org/links', text: 'Shared links', scope: 'keys:read' },
      { to: '/o/$org/channels', text: 'Notifications', scope: 'channels:read', key: 'n' },
      { to: '/o/$org/audit', text: 'Audit log', scope: 'audit:read' },
      { to: '/o/$org/appearance', text: 'Appearance', scope: 'org:admin' },
      { to: '/o/$org/organisations', text: 'Organisations', ofPerson: true },
      { to: '/o/$org/account', text: 'Account', key: 'a', ofPerson: true },
    ],
  },
  {
    title: 'Operator',
    items: [
      { to: '/o/$org/operator/organisations', text: 'Organisations', scope: 'operator' },
      { to: '/o/$org/operator/orders', text: 'Orders', scope: 'operator' },
      { to: '/o/$org/operator/revenue', text: 'Revenue', scope: 'operator' },
      { to: '/o/$org/operator/costs', text: 'Costs', scope: 'operator' },
      { to: '/o/$org/operator/catalogue', text: 'Plan catalogue', scope: 'operator' },
      { to: '/o/$org/operator/services', text: 'Services', scope: 'operator' },
      { to: '/o/$org/operator/incidents', text: 'Incidents', scope: 'operator' },
    ],
  },
];

export const PAGES: readonly Item[] = NAVIGATION.flatMap(({ items }) => items);

/** What somebody with these scopes has, in the organisation's own domain or at the installation's address. */
export const shownTo = (scopes: ReadonlySet<string> | undefined, { confined }: { confined: boolean }) =>
  NAVIGATION.map(({ items, ...group }) => ({
    ...group,
    items: items.filter(({ scope, ofPerson }) => (!scope || !scopes || scopes.has(scope)) && !(confined && ofPerson)),
  })).filter(({ items }) => items.length > 0);
