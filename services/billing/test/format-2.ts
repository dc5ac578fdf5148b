import { BUILT_IN_FEATURES } from '@tidegate/contracts/billing/built-in-features';
import { ProblemError, problemError } from '@tidegate/contracts/kernel/problem';
import { parseCatalogue } from '../src/plans/parse-catalogue.ts';

/* A catalogue of format 2 that uses everything, and what the parser says of catalogues like it. */

const builtIn = Object.entries(BUILT_IN_FEATURES);
const zero = { counted: '0', static: '0', boolean: 'false', metered: '0' };

export const whole = `format: 2
currency: USD
products:
  monitoring: { name: Monitoring, default: free }
  bots: { name: Bots }
features:
  explain: { kind: boolean, product: monitoring, name: EXPLAIN }
  reports: { kind: level, product: monitoring, name: Reports }
  chats: { kind: metered, product: monitoring, per: day, name: Chats }
  tokens:
    kind: metered
    product: monitoring
    per: period
    name: Tokens
    meter: { aggregate: sum, value: data.tokens }
  pairs: { kind: counted, product: bots, name: Pairs }
${builtIn.map(([key, kind]) => `  ${key}: { kind: ${kind}, name: ${key} }\n`).join('')}plans:
  monitoring:
    free:
      name: Free
      prices: { USD: { month: 0 } }
      features: &free
        explain: false
        reports: none
        chats: 5
        tokens: 0
${builtIn.map(([key, kind]) => `        ${key}: ${zero[kind]}\n`).join('')}    pro:
      name: Pro
      approval: true
      trial: { days: 14, card: true }
      seats: { feature: seats, included: 5, addon: extra_member }
      prices:
        USD: { month: 4900, year: 49_000, setup: 500000 }
        JPY: { month: 7000 }
      revenueShare: 12.50
      features:
        explain: { value: true, note: Yes }
        reports: premium
        chats: { limit: 1_000, enforcement: soft, grace: 10 }
        tokens:
          limit: 1_000
          enforcement: overage
          price:
            USD: { graduated: [{ upTo: 1_000, unit: 0.010, flat: 5 }, { unit: '0.005' }] }
            JPY: { package: { size: 100, price: 50 } }
${builtIn.map(([key, kind]) => `        ${key}: ${key === 'seats' ? 5 : zero[kind]}\n`).join('')}  bots:
    basic:
      name: Basic
      offered: false
      prices: { USD: { year: 10000 } }
      features: { pairs: unlimited }
addons:
  extra_member: { name: Extra member, product: monitoring, plans: [pro], prices: { USD: { month: 500 } }, features: { seats: 1 } }
  explain_pro: { name: EXPLAIN Pro, product: monitoring, max: 1, prices: { USD: { month: 1500, setup: 100 } }, features: { explain: true, reports: unlimited, chats: { value: 10, note: More } } }
packages:
  calls_1k: { name: Calls, feature: api_calls, amount: 1000, expiresDays: 365, prices: { USD: { once: 1000 } } }
coupons:
  launch: { percent: 20, duration: { months: 3 }, codes: [LAUNCH20], plans: [monitoring.pro], max: 100 }
  gift: { name: Gift, amount: { USD: 500 }, duration: once }
`;

export const read = (yaml: string) => parseCatalogue(problemError, yaml);

export function faults(yaml: string, known?: Parameters<typeof parseCatalogue>[2]) {
  try {
    parseCatalogue(problemError, yaml, known);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error.data['errors'] as { field: string; code: string; message: string; line: number }[];
  }
  return [];
}
