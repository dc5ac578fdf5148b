/*
 * What the console has, in the order of the bar. `scope`: who may not read it does not see it. Texts are translated
 * where they are shown.
 */
export interface Item {
  to: '/o/$org' | '/o/$org/servers';
  text: string;
  scope?: string;
  exact?: boolean;
}

export const NAVIGATION: { title?: string; items: Item[] }[] = [
  { items: [{ to: '/o/$org', text: 'Overview', exact: true }] },
  { title: 'Monitoring', items: [{ to: '/o/$org/servers', text: 'Servers', scope: 'servers:read' }] },
];
