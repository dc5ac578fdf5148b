import { once } from 'node:events';
import { createServer } from 'node:http';
import { BUILT_IN_FEATURES } from '@tidegate/contracts/billing/built-in-features';
import { createCheckout, finishCheckout } from '@tidegate/contracts/billing/checkout';
import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { publishPrices } from '@tidegate/contracts/billing/publish';
import { receiveWebhook } from '@tidegate/contracts/billing/webhook';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import { closing } from '@tidegate/testing/closing';
import { type AccountContent, startStripe } from '@tidegate/testing/stripe/start-stripe';
import { Stripe } from 'stripe';
import { openStripeBilling, SECRET, type StripeBilling } from './stripe-fixture.ts';

const zero = { counted: '1', static: '1', boolean: 'false', metered: '1', level: 'none' };
const features = (more = '') =>
  Object.entries(BUILT_IN_FEATURES)
    .map(([key, kind]) => `        ${key}: ${zero[kind]}\n`)
    .join('')
    .replace('        bots: 1\n', more || '        bots: 1\n');

/** Three products: plans with and without a trial, a price for setting up, an add-on, and what is charged by use. */
export const CATALOGUE = `format: 2
currency: USD
products:
  main: { name: Tidegate, default: free }
  extra: { name: Extra }
  api: { name: API }
features:
${Object.entries(BUILT_IN_FEATURES)
  .map(([key, kind]) => `  ${key}: { kind: ${kind}, name: ${key} }\n`)
  .join('')}  pairs: { kind: counted, product: extra, name: Pairs }
  calls: { kind: metered, product: api, name: Calls, unit: call }
  jobs: { kind: metered, product: api, per: day, name: Jobs, unit: job }
plans:
  main:
    free:
      name: Free
      prices: { USD: { month: 0 }, EUR: { month: 0 } }
      features:
${features()}    pro:
      name: Pro
      pause: { days: 30, perYear: 1 }
      prices: { USD: { month: 2900, year: 29000 }, EUR: { month: 2700 } }
      features:
${features('        bots: 10\n')}    business:
      name: Business
      prices: { USD: { month: 9900, year: 99000 } }
      features:
${features('        bots: 50\n')}    tried:
      name: Tried
      trial: { days: 14, card: false }
      prices: { USD: { month: 1900 } }
      features:
${features('        bots: 5\n')}    given:
      name: Given
      offered: false
      prices: { USD: { month: 100 } }
      features:
${features()}  extra:
    basic:
      name: Basic
      prices: { USD: { month: 1000, setup: 5000 } }
      features: { pairs: 2 }
    plus:
      name: Plus
      prices: { USD: { month: 2000 } }
      features: { pairs: 5 }
  api:
    payg:
      name: Pay per use
      prices: { USD: { month: 0 } }
      features:
        calls: { limit: 0, enforcement: overage, price: { USD: { unit: "0.01" } } }
        jobs: 0
    flat:
      name: Flat
      prices: { USD: { month: 1000, year: 10000 } }
      features:
        calls: { limit: 100, enforcement: overage, price: { USD: { graduated: [{ upTo: 1000, unit: "0.004", flat: 50 }, { unit: "0.000125" }] } } }
        jobs: { limit: 10, enforcement: overage, price: { USD: { package: { size: 10, price: 300 } } } }
    big:
      name: Big
      prices: { USD: { month: 5000 } }
      features:
        calls: { limit: 5000, enforcement: overage, price: { USD: { volume: [{ upTo: 1000, unit: "0.003" }, { unit: "0.001" }] } } }
        jobs: 1000
addons:
  more_bots: { name: More bots, product: main, plans: [pro, business], max: 5, prices: { USD: { month: 500, year: 5000 } }, features: { bots: 10 } }
packages:
  calls_1k: { name: "1,000 calls", feature: calls, amount: 1000, expiresDays: 30, prices: { USD: { once: 1000 } } }
coupons:
  launch: { name: Launch, percent: 20, duration: { months: 3 }, codes: [LAUNCH20], plans: [main.pro] }
  five: { name: Five, amount: { USD: 500, EUR: 400 }, duration: once, codes: [FIVE, FIVER], max: 2 }
`;

/** What Stripe calls: the way of the gateway, without the gateway. */
async function endpointOf(billing: StripeBilling) {
  const state = { away: false };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const input = {
        body: Buffer.concat(chunks).toString('base64'),
        signature: String(request.headers['stripe-signature']),
      };
      const answer = state.away ? Promise.reject(new Error('away')) : billing.ask(receiveWebhook, input);
      answer.then(
        () => response.writeHead(200).end('{}'),
        (error: unknown) => response.writeHead(error instanceof ProblemError ? error.status : 500).end('{}'),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing(() => new Promise((done) => server.close(done)));
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}`, state };
}

interface Order {
  product?: string;
  plan?: string;
  interval?: 'month' | 'year';
  currency?: string;
  addons?: { addon: string; quantity?: number }[];
  promotionCode?: string;
}

/** What the first world has made at Stripe: those after it find it there, as whoever publishes again does. */
let published: AccountContent | undefined;

/** Billing and a Stripe that calls it, with the catalogue published. `by`: what its requests go through. */
export async function openStripeWorld(
  options: { payload?: 'snapshot' | 'thin'; now?: Date; by?: (origin: string) => Promise<string>; tax?: boolean } = {},
) {
  const like = options.by ? undefined : published;
  const stripe = await startStripe({ running: options.now === undefined, ...options, like });
  const apiBase = options.by ? await options.by(stripe.origin) : stripe.origin;
  const billing = await openStripeBilling({ apiBase, secretKey: stripe.key, tax: options.tax ?? false });
  await billing.call(applyPlans, { yaml: CATALOGUE });
  await billing.ask(publishPrices, {});
  published ??= stripe.content();
  const endpoint = await endpointOf(billing);
  stripe.webhooks.to({ url: endpoint.url, secret: SECRET, ...(options.payload && { payload: options.payload }) });
  const client = new Stripe(stripe.key, { ...stripe.client, apiVersion: '2026-10-28.endive' });
  const world = {
    ...billing,
    stripe,
    /** What the operator does in Stripe's dashboard. */
    dashboard: client,
    endpoint: endpoint.state,
    organisation: async () => {
      const org = newId();
      await billing.call(getEntitlements, {}, org);
      return org;
    },
    customerOf: async (org: string) => {
      const [row] = await billing.tenants.read(org, (tx) =>
        tx.query<{ customer_id: string }>('select customer_id from stripe_customers where org_id = $1', [org]),
      );
      return row?.customer_id as string;
    },
    checkout: (org: string, order: Order = {}) =>
      billing.ask(createCheckout, { product: 'main', plan: 'pro', ...order }, org),
    /** Chooses, pays, and comes back. */
    buy: async (org: string, order: Order = {}, card = '4242') => {
      const { sessionId, url } = await world.checkout(org, order);
      const page = await stripe.visit(url, card ? { card } : {});
      if (page.status !== 303) throw new Error(`The page answered ${page.status}: ${JSON.stringify(page.body)}`);
      return billing.ask(finishCheckout, { sessionId }, org);
    },
    /** Webhooks are sent, and everything that is marked is copied. */
    settle: async () => {
      await stripe.settled();
      await billing.makeDue();
      for (let turn = 0; (await billing.copy()) !== undefined || (await billing.dirty()).length > 0; turn += 1) {
        if (turn > 50) throw new Error(`It does not settle: ${JSON.stringify(await billing.dirty())}`);
        await billing.makeDue();
      }
    },
    plan: async (org: string) => {
      const { plans } = await billing.call(getEntitlements, {}, org);
      return plans['main'];
    },
  };
  return world;
}
export type StripeWorld = Awaited<ReturnType<typeof openStripeWorld>>;
