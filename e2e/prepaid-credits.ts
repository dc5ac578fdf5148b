import { type Answer, Rest } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import { operatorOf } from './people.ts';
import type { SharedPlatform } from './shared-platform.ts';

interface Credits {
  features: { feature: string; left: number | null }[];
  orders: { status: string }[];
}

/** Prepaid units from the order to the last one, as the customer, the operator and the customer's own software see them. */
export function prepaidCredits(platform: SharedPlatform): void {
  test('a package is ordered, paid, used beyond the plan, and used up', async () => {
    const anonymous = new Rest(platform.url);
    const operator = await operatorOf(platform, anonymous);
    const { body: before } = await operator.get<{ yaml: string }>('/api/v1/operator/plans/catalogue');
    const packages =
      'packages:\n  more: { name: More exports, feature: exports, amount: 5, prices: { EUR: { once: 700 } } }\n';
    const yaml = before.yaml
      .replace('\nplans:\n', '  exports: { kind: metered, name: Exports, unit: export }\n\nplans:\n')
      .replaceAll(/^( {8})seats: /gm, '$1exports: 2\n$1seats: ');
    const applied = await operator.post('/api/v1/operator/plans/apply', { yaml: `${yaml}\n${packages}` });
    expect(applied).toMatchObject({ status: 200 });

    const account = { email: 'prepaid@example.com', password: 'correct horse battery', name: 'Prepaid' };
    const { body: session } = await anonymous.post<{ accessToken: string }>('/api/v1/accounts', account);
    const customer = anonymous.as(session.accessToken);
    let orgId = '';
    await until(
      async () => {
        const { status, body } = await customer.get<{ organisationId: string }>('/api/v1/billing/subscription');
        orgId = body.organisationId;
        return status === 200;
      },
      { what: 'the plan of a new organisation' },
    );
    const organisation = `/api/v1/operator/organisations/${orgId}`;
    const { body: key } = await customer.post<{ key: string }>('/api/v1/api-keys', {
      ...{ name: 'backend', scopes: ['usage:read', 'usage:write', 'billing:read'] },
    });
    const backend = anonymous.as(key.key);
    const may = async (): Promise<Answer['body']> =>
      (await backend.post('/api/v1/entitlements/check', { feature: 'exports' })).body;

    // Whoever pays by card is told where; whoever is invoiced by hand orders.
    const order = () =>
      customer.post<{ invoice: { id: string } }>('/api/v1/billing/packages/more', { orderKey: 'first' });
    expect(await order()).toMatchObject({ status: 402, body: { code: 'package_payment_needed' } });
    const hand = await operator.send('PUT', `${organisation}/subscription`, { plan: 'pro', reason: 'Contract 17' });
    expect(hand).toMatchObject({ status: 200 });
    // Right after an invoice what was given for a while still ends by itself.
    const ends = new Date(Date.now() + 4_000).toISOString();
    const gift = { feature: 'exports', op: 'add', value: 10, until: ends, reason: 'A promise' };
    expect(await operator.post(`${organisation}/grants`, gift)).toMatchObject({ status: 201 });
    await until(async () => Date.now() > Date.parse(ends) || (await may())['limit'] === 12, { what: 'the gift' });
    await until(async () => Date.now() > Date.parse(ends) && (await may())['limit'] === 2, { what: 'its end' });
    const { status, body: ordered } = await order();
    expect({ status, ordered }).toMatchObject({ status: 201, ordered: { order: { status: 'open', amount: 5 } } });
    expect(await may()).toMatchObject({ limit: 2, remaining: 2 });
    const pay = `${organisation}/invoices/${ordered.invoice.id}/pay`;
    expect(await operator.post(pay, { reason: 'Bank transfer' })).toMatchObject({ status: 200 });
    await until(async () => (await may())['remaining'] === 7, { what: 'seven exports' });

    const events = Array.from({ length: 6 }, (_, index) => ({ id: `x-${index}`, source: 'shop', meter: 'exports' }));
    const reported = await backend.post('/api/v1/usage/events', { events });
    expect(reported).toMatchObject({ status: 202, body: { accepted: 6 } });
    expect(await may()).toMatchObject({ allowed: true, used: 6, remaining: 1, credits: 1 });
    const { body: credits } = await customer.get<Credits>('/api/v1/billing/credits');
    expect(credits).toMatchObject({ features: [{ feature: 'exports', left: 1 }], orders: [{ status: 'granted' }] });
    await backend.post('/api/v1/usage/events', { events: [{ id: 'x-last', source: 'shop', meter: 'exports' }] });
    expect(await may()).toMatchObject({ allowed: false, reason: 'limit_reached', remaining: 0 });
    await operator.post('/api/v1/operator/plans/apply', { yaml: before.yaml });
  });
}
