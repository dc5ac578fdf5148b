import type { Tenant } from './tenants.ts';

/** What is sent: by a person's browser with their token, or by a program with its key. */
export interface Call {
  method: 'GET' | 'POST' | 'PATCH';
  path: string;
  as: 'person' | 'program' | 'nobody';
  body?: unknown;
}

/*
 * A month of an installation as its routes saw it, in parts of a thousand: people look at lists far more often than they
 * change anything, programs report what their customers used, and somebody logs in now and then.
 */
const MIX: readonly [share: number, call: (tenant: Tenant, chance: () => number) => Call][] = [
  [230, () => get('/api/v1/bots?limit=20')],
  [100, ({ botId }) => get(`/api/v1/bots/${botId}`)],
  [40, ({ botId }) => get(`/api/v1/bots/${botId}/trades?limit=20`)],
  [20, ({ botId }) => get(`/api/v1/bots/${botId}/ledger?limit=50`)],
  [110, () => get('/api/v1/usage/current')],
  [60, () => get('/api/v1/usage/history?meter=widgets')],
  [80, () => get('/api/v1/servers')],
  [60, () => get('/api/v1/me')],
  [50, () => get('/api/v1/entitlements')],
  [40, () => get('/api/v1/channels')],
  [30, () => get('/api/v1/billing/subscription')],
  [20, () => get('/api/v1/billing/invoices')],
  [
    120,
    () => ({
      ...{ method: 'POST', path: '/api/v1/usage/events', as: 'program' },
      body: {
        events: Array.from({ length: 10 }, () => ({
          ...{ id: crypto.randomUUID(), meter: 'widgets', quantity: 1, source: 'shop' },
        })),
      },
    }),
  ],
  [
    30,
    ({ botId }, chance) => ({
      ...{ method: 'PATCH', path: `/api/v1/bots/${botId}`, as: 'person' },
      body: { name: `bot ${Math.floor(chance() * 1e6)}` },
    }),
  ],
  [6, ({ email, password }) => ({ method: 'POST', path: '/api/v1/sessions', as: 'nobody', body: { email, password } })],
  [4, ({ settings }) => ({ method: 'POST', path: '/api/v1/backtests', as: 'person', body: { settings } })],
];

const get = (path: string): Call => ({ method: 'GET', path, as: 'person' });
const WHOLE = MIX.reduce((sum, [share]) => sum + share, 0);

export function nextCall(tenant: Tenant, chance: () => number): Call {
  let at = chance() * WHOLE;
  for (const [share, call] of MIX) {
    at -= share;
    if (at < 0) return call(tenant, chance);
  }
  return get('/api/v1/me');
}
