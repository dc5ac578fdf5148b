import { BUILT_IN_FEATURES } from '@tidegate/contracts/billing/built-in-features';

/*
 * A catalogue with two products. `monitoring` has a default plan, prices and add-ons; `trading` has none: its free plan is
 * ordered, and begins when an operator approves.
 */
const PRODUCTS: Record<string, readonly string[]> = {
  monitoring: ['servers', 'monitoring_retention_days', 'server_minutes'],
  trading: ['bots', 'markets', 'candles', 'backtests', 'bot_orders', 'backtest_runs', 'sweep_runs'],
};
const productOf = (key: string) => Object.keys(PRODUCTS).find((product) => PRODUCTS[product]?.includes(key));
const DEFAULTS: Record<string, string> = { counted: '1', static: '7', boolean: 'false', metered: '100' };

const features = Object.entries(BUILT_IN_FEATURES)
  .map(([key, kind]) => {
    const product = productOf(key);
    return `  ${key}: { kind: ${kind}, name: ${key}${product ? `, product: ${product}` : ''} }\n`;
  })
  .join('');

function given(product: string, own: Record<string, number | boolean | string>): string {
  return Object.entries({ ...BUILT_IN_FEATURES, reports: 'level' })
    .filter(([key]) => (productOf(key) ?? product) === product)
    .map(([key, kind]) => `        ${key}: ${own[key] ?? (kind === 'level' ? 'none' : DEFAULTS[kind])}\n`)
    .join('');
}

const plan = (
  product: string,
  key: string,
  { prices, more = '', ...own }: { prices: string; more?: string } & Record<string, number | boolean | string>,
) => `    ${key}:
      name: ${key}
      prices: { EUR: ${prices} }
${more}      features:
${given(product, own)}`;

const PAUSE = '      pause: { days: 30, perYear: 2 }\n';

export const SHOP = `format: 2
currency: EUR
products:
  monitoring: { name: Monitoring, default: free }
  trading: { name: Trading }
features:
${features}  reports: { kind: level, name: Reports }
plans:
  monitoring:
${plan('monitoring', 'free', { prices: '{ month: 0 }' })}${plan('monitoring', 'starter', { prices: '{ month: 1900 }', more: PAUSE, servers: 5, api_calls: 1000, monitoring_retention_days: 30 })}${plan(
  'monitoring',
  'pro',
  {
    prices: '{ month: 4900, year: 49000 }',
    more: `      trial: { days: 14, card: false }\n${PAUSE}`,
    servers: 20,
    seats: 3,
    channels: 5,
    api_calls: 10_000,
    monitoring_retention_days: 90,
    webhook_channels: true,
    reports: 'premium',
  },
)}  trading:
${plan('trading', 'free', { prices: '{ month: 0 }', more: '      approval: true\n', backtests: true })}${plan('trading', 'basic', { prices: '{ month: 1900 }', bots: 3, backtests: true })}addons:
  extra_servers:
    name: Extra servers
    product: monitoring
    plans: [starter, pro]
    max: 5
    prices: { EUR: { month: 500 } }
    features: { servers: 2 }
  archive:
    name: Archive
    product: monitoring
    plans: [pro]
    max: 1
    prices: { EUR: { month: 1000 } }
    features: { monitoring_retention_days: 275 }
`;
