import { readFileSync } from 'node:fs';
import { type Answer, Rest } from '@tidegate/testing/platform';
import type { StripeDouble } from '@tidegate/testing/stripe/start-stripe';
import { asSuperuser } from '@tidegate/testing/superuser';
import { until } from '@tidegate/testing/until';
import { Stripe } from 'stripe';
import { download } from './data-export.ts';
import { operatorOf } from './people.ts';
import type { SharedPlatform } from './shared-platform.ts';
import { type Payments, WEBHOOK_SECRET } from './take-payments.ts';

const BOT = {
  market: 'BTC-USDT',
  direction: 'long',
  baseOrder: '100',
  averagingOrders: { count: 2, size: '100', deviationPercent: '1' },
  takeProfit: { percent: '1' },
};

/** The catalogue of the tests with something to sell: a trial, a meter of one's own, and few bots. */
function catalogue(): string {
  let yaml = readFileSync('libs/testing/plans.yaml', 'utf8');
  const put = (text: string, replacement: string) => {
    expect(yaml).toContain(text);
    yaml = yaml.replace(text, replacement);
  };
  put('\nplans:\n', '  reports: { kind: metered, name: Reports, unit: report }\n\nplans:\n');
  put('      name: Pro\n', '      name: Pro\n      trial: { days: 14, card: false }\n');
  for (const [bots, limit, reports] of [
    [5, 1, 10],
    [25, 2, 100],
    [200, 5, 1_000],
  ])
    put(`        bots: ${bots}\n`, `        bots: ${limit}\n        reports: ${reports}\n`);
  return yaml;
}

interface Subscription {
  plan: string;
  inForce: string;
  status: string;
  access: string;
  provider: string;
  cancelAt: string | null;
  trialEnd: string | null;
  graceUntil: string | null;
  next: { plan: string; at: string; overLimit: unknown[] } | null;
}

/*
 * A customer from the first day to the last, as the customer, the operator and Stripe see it. Time passes on Stripe's
 * clock, from now into the future. Billing's own clock is the machine's: grace is seven days before the platform is killed,
 * and none after it has been started again. `killed`: whether it is, and with it what comes after the grace.
 */
export function payingCustomer(platform: SharedPlatform, payments: Payments, { killed }: { killed: boolean }): void {
  describe('a customer who pays', () => {
    let stripe: StripeDouble;
    /** What the operator sees at Stripe. */
    let dashboard: Stripe;
    let operator: Rest;
    let customer: Rest;
    let orgId: string;
    let token: string;
    let backend: (path: string, body: unknown) => Promise<Answer>;

    const subscription = async (): Promise<Subscription> => {
      const { body } = await customer.get<{ subscriptions: Subscription[] }>('/api/v1/billing/subscription');
      return body.subscriptions[0] as Subscription;
    };
    const becomes = async (expected: Partial<Subscription>): Promise<Subscription> => {
      let is: Subscription | undefined;
      await until(
        async () => {
          is = await subscription();
          return Object.entries(expected).every(([key, value]) => is?.[key as keyof Subscription] === value);
        },
        { what: JSON.stringify(expected) },
      ).catch((error: Error) => {
        throw new Error(`${error.message}: ${JSON.stringify(is)}`);
      });
      return is as unknown as Subscription;
    };
    const choose = (plan: string, more: object = {}) =>
      customer.send<{ code?: string; subscriptions: Subscription[] }>('PUT', '/api/v1/billing/subscription/main', {
        plan,
        ...more,
      });
    /** As the customer's own software sees it, through a service of the platform that is not billing. */
    const mayReport = async () => (await backend('/api/v1/entitlements/check', { feature: 'reports' })).body;
    const limitIs = (limit: number) =>
      until(async () => (await mayReport())['limit'] === limit, { what: `limit ${limit}` });
    let reported = 0;
    const report = async (count: number) => {
      const events = Array.from({ length: count }, () => ({ id: `r-${++reported}`, source: 'shop', meter: 'reports' }));
      const { status, body } = await backend('/api/v1/usage/events', { events });
      expect({ status, body }).toMatchObject({ status: 202, body: { accepted: count, rejected: [] } });
    };
    const makeBot = (name: string) =>
      customer.post<{ code?: string; limit?: number; id: string }>('/api/v1/bots', { name, settings: BOT });
    const bots = async () =>
      (await customer.get<{ items: { name: string }[] }>('/api/v1/bots')).body.items.map(({ name }) => name).sort();
    const invoices = async () => {
      const { status, body } = await customer.get<{
        items: { status: string; totalMinor: number; pdfUrl: string; provider: string }[];
      }>('/api/v1/billing/invoices');
      expect(status).toBe(200);
      return body.items;
    };
    const customerAtStripe = async () =>
      (await dashboard.customers.list({ limit: 100 })).data.find((one) => one.metadata['organisation_id'] === orgId);
    const breakCard = async () => {
      const { data } = await dashboard.customers.listPaymentMethods((await customerAtStripe())?.id as string);
      for (const { id } of data) stripe.card(id, 'declines');
    };
    /** On the page of the portal; Stripe tries again some days later. */
    const mendCard = async () => {
      const { body } = await customer.post<{ url: string }>('/api/v1/billing/portal', { page: 'payment_method' });
      expect((await stripe.visit(body.url, { action: 'card', card: '4242' })).status).toBe(303);
      await stripe.advance({ days: 5 });
    };
    /** A customer that was being copied when the process died is left alone for half a minute. */
    const allCopied = () =>
      until(
        async () => {
          const path = '/api/v1/operator/stripe/events?state=pending';
          return (await operator.get<{ items: unknown[] }>(path)).body.items.length === 0;
        },
        { what: 'everything that Stripe has sent to be copied' },
      );
    const takeWebhooks = () =>
      stripe.webhooks.to({ url: `${platform.url}/api/v1/billing/webhook`, secret: WEBHOOK_SECRET });

    beforeAll(async () => {
      stripe = payments.stripe();
      dashboard = new Stripe(stripe.key, { ...stripe.client, apiVersion: '2026-10-28.endive' });
      takeWebhooks();
      const anonymous = new Rest(platform.url);
      operator = await operatorOf(platform, anonymous);
      const applied = await operator.post('/api/v1/operator/plans/apply', { yaml: catalogue() });
      expect(applied).toMatchObject({ status: 200 });
      const key = { name: 'shop', scopes: ['usage:read', 'usage:write', 'billing:read'] };
      const made = await operator.post<{ key: string }>('/api/v1/operator/service-keys', key);
      const account = {
        email: 'payer@example.com',
        password: 'correct horse battery',
        name: 'Payer',
        organisationName: 'Payer',
      };
      const signedUp = await anonymous.post<{ accessToken: string; organisation: { id: string } }>(
        '/api/v1/accounts',
        account,
      );
      token = signedUp.body.accessToken;
      customer = anonymous.as(token);
      orgId = signedUp.body.organisation.id;
      const shop = anonymous.as(made.body.key);
      backend = (path, body) => shop.post(path, body, { 'tidegate-organisation': orgId });
    });

    test('the operator publishes what is sold, and publishing it again changes nothing', async () => {
      const publish = async (input: object) => {
        const { status, body } = await operator.post<{ livemode: boolean; changes: { change: string }[] }>(
          '/api/v1/operator/stripe/publish',
          input,
        );
        expect({ status, livemode: body.livemode }).toEqual({ status: 200, livemode: false });
        return new Set(body.changes.map(({ change }) => change));
      };
      const prices = async () => (await dashboard.prices.list({ limit: 100 })).data.length;
      const before = await prices();
      expect(await publish({ dryRun: true })).toContain('create');
      expect(await prices()).toBe(before);
      expect(await publish({})).toContain('create');
      expect(await publish({})).toEqual(new Set(['unchanged']));
    });

    test('on the free plan use is announced at 80 %, and refused over the limit with the way out', async () => {
      const hook = { kind: 'webhook', url: 'https://1.1.1.1/', events: ['quota.reached'] };
      expect((await customer.post('/api/v1/channels', hook)).status).toBe(201);
      expect((await makeBot('first')).status).toBe(201);
      await limitIs(10);
      await report(8);
      const notices = async () =>
        (await customer.get<{ items: { event: string }[] }>('/api/v1/deliveries')).body.items.map(({ event }) => event);
      await until(async () => (await notices()).length === 1, { what: 'the notice of 80 %' });
      expect(await mayReport()).toMatchObject({ allowed: true, used: 8, remaining: 2 });
      await report(2);
      await until(async () => (await notices()).length === 2, { what: 'the notice of 100 %' });
      expect(await notices()).toEqual(['quota.reached', 'quota.reached']);
      expect(await mayReport()).toMatchObject({
        allowed: false,
        reason: 'limit_reached',
        plan: 'free',
        limit: 10,
        used: 10,
        remaining: 0,
        upgrade: { product: 'main', plan: 'pro', planName: 'Pro', limit: 100 },
      });
      expect(await makeBot('second')).toMatchObject({
        status: 402,
        body: { code: 'plan_limit_reached', feature: 'bots', limit: 1, plan: 'free', upgradeTo: 'pro' },
      });
      // What a dialog shows after that refusal.
      expect((await backend('/api/v1/entitlements/check', { feature: 'bots', used: 1 })).body).toMatchObject({
        ...{ allowed: false, reason: 'limit_reached', limit: 1, used: 1, remaining: 0 },
        upgrade: { product: 'main', plan: 'pro', planName: 'Pro', limit: 2 },
      });
    });

    test('what costs something is bought or tried first; the trial gives all of it at once, and once', async () => {
      expect(await choose('pro')).toMatchObject({
        status: 402,
        body: {
          code: 'payment_needed',
          price: { currency: 'EUR', amountMinor: 2900 },
          trialDays: 14,
          checkout: '/api/v1/billing/checkout',
        },
      });
      const tried = await choose('pro', { trial: true });
      expect(tried).toMatchObject({ status: 200 });
      expect(tried.body.subscriptions[0]).toMatchObject({ plan: 'pro', status: 'trialing', next: { plan: 'free' } });
      await limitIs(100);
      expect(await mayReport()).toMatchObject({ allowed: true, used: 10, remaining: 90 });
      expect((await makeBot('second')).status).toBe(201);
      expect(await choose('pro', { trial: true })).toMatchObject({
        status: 409,
        body: { code: 'trial_not_available' },
      });
    });

    test('paid on the page of Stripe the plan is theirs by the webhook alone', async () => {
      const order = { product: 'main', plan: 'pro' };
      const page = await customer.post<{ url: string }>('/api/v1/billing/checkout', order);
      expect(page.status).toBe(201);
      expect((await stripe.visit(page.body.url, { card: '4242' })).status).toBe(303);
      await becomes({ plan: 'pro', status: 'active', provider: 'stripe', access: 'full' });
      await until(async () => (await invoices()).length === 1, { what: 'the invoice' });
      expect(await invoices()).toMatchObject([{ status: 'paid', totalMinor: 2900, provider: 'stripe' }]);
      expect(await customer.post('/api/v1/billing/checkout', order)).toMatchObject({
        status: 409,
        body: { code: 'already_subscribed' },
      });
    });

    test('more is in force and its difference paid before it is answered', async () => {
      type Seen = { dueNow: { dueMinor: number } | null; entitlements: { feature: string }[] };
      const seen = await customer.post<Seen>('/api/v1/billing/preview', { product: 'main', plan: 'business' });
      expect({ status: seen.status, dueNow: seen.body.dueNow }).toMatchObject({
        status: 200,
        dueNow: { dueMinor: 12_000 },
      });
      expect(seen.body.entitlements.map(({ feature }) => feature)).toContain('reports');
      await becomes({ plan: 'pro' });
      const upgraded = await choose('business');
      expect(upgraded).toMatchObject({ status: 200 });
      expect(upgraded.body.subscriptions[0]).toMatchObject({ plan: 'business', status: 'active' });
      await limitIs(1_000);
      // Every service learns of it by itself, within a second or so.
      await until(async () => (await makeBot('third')).status === 201, { what: 'a third bot' });
      expect((await makeBot('fourth')).status).toBe(201);
      expect((await invoices()).map(({ totalMinor, status }) => [totalMinor, status])).toEqual([
        [12_000, 'paid'],
        [2_900, 'paid'],
      ]);
    });

    test('while Stripe is down invoices are listed and everything paid for works', async () => {
      await stripe.down();
      const listed = await invoices();
      await report(1);
      expect(await mayReport()).toMatchObject({ allowed: true, used: 11, limit: 1_000 });
      expect((await makeBot('fifth')).status).toBe(201);
      await stripe.up();
      for (const { pdfUrl } of listed) expect(await (await fetch(pdfUrl)).text()).toContain('%PDF');
    });

    test('a renewal that fails takes nothing away while the grace lasts', async () => {
      await breakCard();
      await stripe.advance({ days: 32 });
      const { graceUntil } = await becomes({ plan: 'business', status: 'past_due', access: 'full' });
      expect(Date.parse(graceUntil as string)).toBeGreaterThan(Date.now());
      expect(await mayReport()).toMatchObject({ allowed: true });
      await report(1);
    });

    test('when the grace is over it ends by itself, for everybody: what exists can be read, until the card is mended', async () => {
      // As if its days had passed but for seconds; whatever else changes has the new end announced.
      await asSuperuser(
        platform,
        "update billing.subscriptions set grace_until = date_trunc('second', now()) + interval '4 seconds' where org_id = $1",
        [orgId],
      );
      const gift = { feature: 'reports', op: 'add', value: 1, reason: 'Another end' };
      const given = await operator.post(`/api/v1/operator/organisations/${orgId}/grants`, gift);
      expect(given).toMatchObject({ status: 201 });
      await until(async () => (await mayReport())['reason'] === 'past_due', { what: 'the check to say past_due' });
      await becomes({ plan: 'business', status: 'past_due', access: 'read_only' });
      await until(async () => (await makeBot('none')).body.code === 'organisation_read_only', { what: 'the refusal' });
      expect(await bots()).toHaveLength(5);
      const gone = `/api/v1/operator/organisations/${orgId}/grants/${given.body['id']}`;
      expect((await operator.send('DELETE', gone)).status).toBe(204);
      await mendCard();
      await becomes({ plan: 'business', status: 'active', access: 'full', graceUntil: null });
      await until(async () => (await mayReport())['allowed'] === true, { what: 'the check to allow it' });
    });

    test.runIf(killed)(
      'after the grace all can be read and nothing made, until the card is mended; meanwhile the platform was killed',
      async () => {
        await breakCard();
        await allCopied();
        await platform.killAndStart({ GRACE_DAYS: '0' });
        await stripe.advance({ days: 30 });
        await becomes({ plan: 'business', status: 'past_due', access: 'read_only' });
        await until(async () => (await mayReport())['reason'] === 'past_due', { what: 'the check to say past_due' });
        await until(async () => (await makeBot('none')).body.code === 'organisation_read_only', {
          what: 'the refusal',
        });
        expect(await bots()).toEqual(['fifth', 'first', 'fourth', 'second', 'third']);
        expect((await customer.get('/api/v1/usage/current')).status).toBe(200);
        await mendCard();
        await becomes({ plan: 'business', status: 'active', access: 'full' });
        await until(async () => (await mayReport())['allowed'] === true, { what: 'the check to allow it' });
        expect((await invoices()).map(({ status }) => status)).toEqual(['paid', 'paid', 'paid', 'paid']);
      },
    );

    test('less begins when what is paid for ends, and names before what will be too much', async () => {
      const lowered = await choose('pro');
      expect(lowered).toMatchObject({ status: 200 });
      expect(lowered.body.subscriptions[0]).toMatchObject({
        plan: 'business',
        next: { plan: 'pro', overLimit: [{ feature: 'bots', limit: 2, used: 5 }] },
      });
      await limitIs(1_000);
      await stripe.advance({ days: 31 });
      await becomes({ plan: 'pro', status: 'active', next: null });
      await limitIs(100);
      expect(await bots()).toHaveLength(5);
      expect(await makeBot('none')).toMatchObject({ status: 402, body: { code: 'plan_limit_reached', limit: 2 } });
    });

    test('a cancelled subscription lasts until it is over; then the default plan follows and nothing is deleted', async () => {
      const cancelled = await customer.post<{ subscriptions: Subscription[] }>(
        '/api/v1/billing/subscription/main/cancel',
      );
      expect(cancelled).toMatchObject({ status: 200 });
      expect(cancelled.body.subscriptions[0]).toMatchObject({
        plan: 'pro',
        status: 'active',
        cancelAt: expect.any(String),
        next: { plan: 'free', overLimit: [{ feature: 'bots', limit: 1, used: 5 }] },
      });
      await stripe.advance({ days: 32 });
      await becomes({ inForce: 'free' });
      await limitIs(10);
      expect(await mayReport()).toMatchObject({ allowed: false, reason: 'limit_reached', used: 12 });
      expect(await bots()).toHaveLength(5);
      expect((await invoices()).map(({ status }) => status)).toEqual(Array(killed ? 5 : 4).fill('paid'));
    });

    test('all that there is of it can be taken along: every invoice, every change and every bot', async () => {
      const { status, lines } = await download(platform.url, token);
      expect(status).toBe(200);
      const of = (kind: string) => lines.filter((line) => line.kind === kind).map(({ data }) => data);
      expect(lines.at(-1)).toEqual({ kind: 'end', data: { lines: lines.length - 2 } });
      expect(of('billing.invoices')).toHaveLength((await invoices()).length);
      const plans = of('billing.subscription_changes').map(({ after }) => (after as { plan: string } | null)?.plan);
      expect(plans).toEqual(expect.arrayContaining(['free', 'pro', 'business']));
      const reports = of('usage.usage_hours').filter(({ meter }) => meter === 'reports');
      expect(reports.reduce((sum, { quantity }) => sum + Number(quantity), 0)).toBe(12);
      expect(
        of('bot-executor.bots')
          .map(({ name }) => name as string)
          .sort(),
      ).toEqual(await bots());
      expect(of('notifier.channels')).toHaveLength(1);
    });

    test('with the organisation its customer at Stripe is deleted', async () => {
      const id = (await customerAtStripe())?.id as string;
      expect((await customer.send('DELETE', '/api/v1/organisation?name=Payer')).status).toBe(204);
      await until(async () => (await dashboard.customers.retrieve(id)).deleted === true, {
        what: 'the customer to be deleted at Stripe',
      });
    });
  });
}
