/**
 * What the shipped catalogues sell, written from what was ordered and not from the files: by plan its price and all that it
 * gives beyond what the software itself has. What a plan does not name here it must not give.
 */
export interface Offer {
  price: string;
  gives: Record<string, string>;
  /** Where it matters: `by approval`, `default`. */
  terms?: string;
}

export interface Offers {
  plans: Record<string, Offer>;
  addons: Record<string, Offer>;
  /** What is paid once: by package the units, how long they are there, and the price. */
  packages?: Record<string, string>;
}

const monitoring = (price: string, servers: string, days: string, gives: Record<string, string>, terms?: string) => ({
  price,
  gives: { servers, monitoring_retention_days: days, ...gives },
  ...(terms && { terms }),
});
const all = { metrics: 'unlimited', index_analysis: 'yes' };
const explained = { ...all, custom_alerts: 'yes', explain: 'basic' };

const finance = (price: string, gives: string, levels: string): Offer => {
  const counts = ['check_ins', 'reports', 'goals', 'ai_insights', 'custom_reports', 'team_members', 'app_api_calls'];
  const access = ['check_ins', 'reports', 'goals', 'ai_insights', 'custom_reports', 'team', 'api'];
  const window = (name: string) => (name === 'team_members' ? '' : name === 'app_api_calls' ? ' an hour' : ' a month');
  const [limits, grades] = [gives.split(' / '), levels.split(' / ')];
  return {
    price,
    gives: {
      ...Object.fromEntries(counts.map((name, index) => [name, `${limits[index]}${window(name)}`])),
      ...Object.fromEntries(access.map((name, index) => [`${name}_access`, grades[index] ?? ''])),
    },
  };
};

const agents = (price: string, gives: string, more: Record<string, string>, terms?: string): Offer => {
  const [count, messages, projects] = gives.split(' / ');
  const given = { agents: `${count}`, messages: `${messages} a day`, projects: `${projects}`, own_model_key: 'yes' };
  return { price, gives: { ...given, ...more }, ...(terms && { terms }) };
};
/** The price of a millionth of a dollar's worth of models is a millionth of a dollar. */
const atCost = { model_usage: '0 a month, then $0.000001' };
const member = { seats: '1', api_calls: '0 a month', api_calls_per_minute: '0', api_keys: '0' };

export const OFFERS: Record<string, Offers> = {
  tidegate: {
    plans: {
      'monitoring.free': monitoring('$0 a month', '1', '7', { metrics: 'basic', ...member }, 'default'),
      'monitoring.starter': monitoring('$19 a month', '5', '30', { ...all, ...member }),
      'monitoring.professional': monitoring('$49 a month', '20', '90', { ...explained, ...member }, '14 days free'),
      'monitoring.enterprise': monitoring('$199 a month', 'unlimited', '365', {
        ...explained,
        teams: 'yes',
        white_label: 'yes',
        seats: '10',
        api_keys: '100',
        api_calls: '10000000 a month',
        api_calls_per_minute: '6000',
      }),
      'bots.free': { price: '$0 a month', gives: { bots: '1', pairs_per_bot: '2' }, terms: 'by approval' },
      'bots.basic': { price: '$19 a month', gives: { bots: '3', pairs_per_bot: '5', mainnet: 'yes' } },
      'bots.pro': {
        price: '$49 a month',
        gives: { bots: '10', pairs_per_bot: 'unlimited', mainnet: 'yes', telegram: 'yes' },
      },
    },
    addons: {
      'monitoring.historical_trending': { price: '$10 a month', gives: { historical_trends: 'yes' } },
      'monitoring.explain_pro': { price: '$15 a month', gives: { explain: 'premium' } },
      'monitoring.chat_integrations': { price: '$5 a month', gives: { chat_integrations: 'yes' } },
      'monitoring.custom_dashboards': { price: '$20 a month', gives: { custom_dashboards: 'yes' } },
      'monitoring.audit_log': { price: '$10 a month', gives: { audit_log: 'yes' } },
      'monitoring.extra_member': { price: '$5 a month', gives: { seats: '1' } },
      'monitoring.managed_service': { price: '$99 a month', gives: { managed_servers: '1' } },
    },
  },
  'api-packages': {
    plans: {
      'api.pay_per_use': { price: '$0 a month', gives: { calls: '0 a month, then $0.01' } },
      'api.calls_1k': { price: '$10 a month', gives: { calls: '1000 a month' } },
      'api.calls_10k': { price: '$50 a month', gives: { calls: '10000 a month' } },
      'api.calls_100k': { price: '$200 a month', gives: { calls: '100000 a month' } },
      'account.free': { price: '$0 a month', gives: { api_calls_per_minute: '600' }, terms: 'default' },
    },
    addons: {},
    packages: {
      more_1k: '1000 calls for a year: $10 once',
      more_10k: '10000 calls for a year: $50 once',
      more_100k: '100000 calls for a year: $200 once',
    },
  },
  agents: {
    plans: {
      'agents.free': agents('$0 a month', '3 / 100 / 1', {}, 'default'),
      'agents.pro': agents('$29 a month', '10 / 1000 / 5', { export: 'yes', ...atCost }),
      'agents.team': agents('$79 a month', 'unlimited / 5000 / unlimited', {
        export: 'yes',
        api: 'yes',
        white_label: 'yes',
        ...atCost,
      }),
      'account.free': { price: '$0 a month', gives: {}, terms: 'default' },
    },
    addons: {},
  },
  finance: {
    plans: {
      'finance.essentials': finance(
        '$10 a month, $100 a year',
        '4 / 2 / 3 / 0 / 0 / 0 / 0',
        'basic / basic / basic / none / none / none / none',
      ),
      'finance.professional': finance(
        '$29 a month, $290 a year',
        '12 / 10 / 10 / 50 / 5 / 0 / 0',
        'premium / premium / premium / premium / premium / none / none',
      ),
      'finance.executive': finance(
        '$99 a month, $990 a year',
        'unlimited / unlimited / unlimited / unlimited / unlimited / 10 / 10000',
        'unlimited / unlimited / unlimited / unlimited / unlimited / unlimited / unlimited',
      ),
      'account.free': { price: '$0 a month', gives: {}, terms: 'default' },
    },
    addons: {},
  },
  licences: {
    plans: {
      'on_premise.standard': { price: '$10000 a year', gives: { licensed_servers: '100', offline_licence: 'yes' } },
      'on_premise.unlimited': {
        price: '$25000 a year',
        gives: { licensed_servers: 'unlimited', offline_licence: 'yes' },
      },
      'white_label.white_label': {
        price: '$500 a month, $5000 once',
        gives: { white_label: 'yes', resold: '0 a month, then $0.2' },
        terms: '20 % of revenue',
      },
      'account.free': { price: '$0 a month', gives: {}, terms: 'default' },
    },
    addons: {},
  },
};
