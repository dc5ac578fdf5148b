import { adminPassword, type Platform, type Rest } from '@tidegate/testing/platform';

/** A paper bot of two averaging orders. */
export const BOT_SETTINGS = {
  market: 'BTC-USDT',
  direction: 'long',
  baseOrder: '100',
  averagingOrders: { count: 2, size: '100', deviationPercent: '0.5' },
  takeProfit: { percent: '0.8' },
};

export async function signUpAt(anonymous: Rest, name: string): Promise<Rest> {
  const account = { email: `${name}@example.com`, password: 'correct horse battery', name };
  const answer = await anonymous.post<{ accessToken: string }>('/api/v1/accounts', account);
  expect(answer).toMatchObject({ status: 201 });
  return anonymous.as(answer.body.accessToken);
}

/** The owner of a new organisation, and how they make something. */
export async function ownerAt(
  anonymous: Rest,
  account: { email: string; password: string; name: string; organisationName: string },
) {
  const { body } = await anonymous.post<{ accessToken: string; organisation: { id: string } }>(
    '/api/v1/accounts',
    account,
  );
  const rest = anonymous.as(body.accessToken);
  const made = async (path: string, input: object) => {
    const answer = await rest.post<{ id: string; key: string; token: string }>(path, input);
    expect({ path, status: answer.status }).toEqual({ path, status: 201 });
    return answer.body;
  };
  return { rest, accessToken: body.accessToken, orgId: body.organisation.id, made };
}

export async function operatorOf(platform: Pick<Platform, 'dataDir'>, anonymous: Rest): Promise<Rest> {
  const login = { email: 'admin@localhost', password: adminPassword(platform) };
  const answer = await anonymous.post<{ accessToken: string }>('/api/v1/sessions', login);
  expect(answer.status).toBe(201);
  return anonymous.as(answer.body.accessToken);
}
