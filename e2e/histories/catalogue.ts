import { BUILT_IN_FEATURES } from '@tidegate/contracts/billing/built-in-features';

/* What the software itself needs, the same in every plan. */
const DEFAULTS: Record<string, string> = { counted: '1', static: '7', boolean: 'false', metered: '100', level: 'none' };
const declared = Object.entries(BUILT_IN_FEATURES)
  .map(([key, kind]) => `  ${key}: { kind: ${kind}, name: ${key} }\n`)
  .join('');
const given = Object.entries(BUILT_IN_FEATURES)
  // Sold by the seat, by plan.
  .filter(([key]) => key !== 'seats')
  .map(([key, kind]) => `        ${key}: ${DEFAULTS[kind]}\n`)
  .join('');

/** Their events do not add up: what others say decides what one counts. */
const VALUES = ['peak', 'guests', 'newest'].map((key) => `        ${key}: 1000\n`).join('');

/** Edition 0 is what a history begins with; later ones have other prices and limits, for whoever buys then. */
export function catalogue(edition: number): string {
  const more = edition * 100;
  return `format: 2
currency: EUR
products:
  main: { name: Main, default: free }
  bots: { name: Bots }
features:
${declared}  reports: { kind: metered, name: Reports }
  pages: { kind: metered, product: main, name: Pages }
  scans: { kind: metered, name: Scans }
  peak: { kind: metered, name: Peak, meter: { aggregate: max } }
  guests: { kind: metered, name: Guests, meter: { aggregate: unique, value: data.guest } }
  newest: { kind: metered, name: Newest, meter: { aggregate: latest } }
  rooms: { kind: counted, product: main, name: Rooms }
  depth: { kind: level, product: main, name: Depth }
  robots: { kind: counted, product: bots, name: Robots }
  runs: { kind: metered, product: bots, per: period, name: Runs }
plans:
  main:
    free:
      name: Free
      prices: { EUR: { month: 0 } }
      features:
${given}        seats: 1
        reports: 10
        pages: 5
        scans: 5
${VALUES}        rooms: 1
        depth: none
    starter:
      name: Starter
      seats: { feature: seats, included: 2, addon: member }
      prices: { EUR: { month: ${1900 + more} } }
      features:
${given}        seats: 2
        reports: ${100 + more}
        scans: 10
${VALUES}        pages: { limit: 50, enforcement: overage, price: { EUR: { unit: '0.015' } } }
        rooms: ${5 + edition}
        depth: basic
    pro:
      name: Pro
      seats: { feature: seats, included: 3, addon: member }
      trial: { days: 14, card: false }
      pause: { days: 40, perYear: 2 }
      prices: { EUR: { month: ${4900 + more}, year: ${49_000 + 10 * more} } }
      features:
${given}        seats: 3
        reports: ${1000 + more}
        scans: 20
${VALUES}        pages: { limit: 200, enforcement: overage, price: { EUR: { package: { size: 10, price: 7 } } } }
        rooms: ${20 + edition}
        depth: premium
  bots:
    basic:
      name: Basic
      trial: { days: 7, card: true }
      prices: { EUR: { month: ${900 + more} } }
      features: { robots: 3, reports: 40, runs: 30 }
    plus:
      name: Plus
      prices: { EUR: { month: ${2500 + more}, year: ${24_000 + 10 * more}, setup: 1500 } }
      features: { robots: 10, reports: 400, runs: 300 }
addons:
  rooms5: { name: Five rooms, product: main, plans: [starter, pro], max: 5, prices: { EUR: { month: 500 } }, features: { rooms: 5 } }
  member: { name: Member, product: main, plans: [starter, pro], prices: { EUR: { month: 300 } }, features: { seats: 1 } }
packages:
  scans30: { name: Thirty scans, feature: scans, amount: 30, expiresDays: 60, prices: { EUR: { once: 700 } } }
coupons:
  eighth: { percent: 12.5, duration: forever, codes: [EIGHTH] }
  three: { amount: { EUR: 300 }, duration: { months: 2 }, codes: [THREE] }
  half: { percent: 50, duration: once, codes: [HALF] }
  of_pro: { percent: 10, duration: forever, codes: [OF_PRO], plans: [main.pro, bots.plus] }
  few: { percent: 15, duration: { months: 3 }, codes: [FEW], max: 2 }
  gift: { gives: { rooms: 4 }, duration: { months: 1 }, codes: [GIFT] }
`;
}
