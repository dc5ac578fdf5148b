import { Rest } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import { operatorOf, ownerAt, signUpAt } from './people.ts';
import type { SharedPlatform } from './shared-platform.ts';

interface Service {
  service: string;
  state: { version: string; consumers: { name: string; lagSeconds: number }[]; outbox: { messages: number } } | null;
}

/** What the operator sees of the services through the API. */
export function operatorView(platform: SharedPlatform): void {
  test('the operator sees every service and how far behind it is; nobody else does', async () => {
    const anonymous = new Rest(platform.url);
    const operator = await operatorOf(platform, anonymous);
    const services = await until(
      async () => {
        const { body } = await operator.get<{ items: Service[] }>('/api/v1/operator/services');
        const sent = body.items.every(({ state }) => state?.outbox.messages === 0);
        return sent ? body.items : undefined;
      },
      { what: 'services with an empty outbox' },
    );
    const usage = services.find(({ service }) => service === 'usage');
    expect(usage?.state?.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(usage?.state?.consumers.map(({ name }) => name)).toContain('usage-from-billing');
    for (const { state } of services) {
      for (const { lagSeconds } of state?.consumers ?? []) expect(lagSeconds).toBeGreaterThanOrEqual(0);
    }
    const customer = await signUpAt(anonymous, 'curious');
    for (const path of ['', '/billing/dead-letters']) {
      const { status, body } = await customer.get(`/api/v1/operator/services${path}`);
      expect({ status, code: body['code'] }).toEqual({ status: 403, code: 'forbidden' });
    }
    const letters = await operator.get('/api/v1/operator/services/billing/dead-letters');
    expect(letters).toMatchObject({ status: 200, body: { items: [] } });
  });

  test('an operator may act for an organisation in the moment in which it signs up', async () => {
    const anonymous = new Rest(platform.url);
    const operator = await operatorOf(platform, anonymous);
    const fresh = async (name: string) => {
      const account = { email: `${name}@example.com`, password: 'correct horse battery', name };
      const { orgId } = await ownerAt(anonymous, { ...account, organisationName: name });
      return `/api/v1/operator/organisations/${orgId}`;
    };
    const grant = { feature: 'bots', value: 3, reason: 'promised before the sign-up' };
    expect((await operator.post(`${await fresh('promised')}/grants`, grant)).status).toBe(201);
    expect((await operator.get(`${await fresh('looked-at')}/billing`)).status).toBe(200);
    expect((await operator.get(`${await fresh('told')}/story`)).status).toBe(200);
    const nobody = '/api/v1/operator/organisations/0197f0e0-0000-7000-8000-00000000dead';
    expect((await operator.post(`${nobody}/grants`, grant)).status).toBe(404);
  });
}
