import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { organisationDeleted } from '@tidegate/contracts/identity/organisations';
import { connectDatabase } from '@tidegate/database/data-source';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Outbox } from '@tidegate/messaging/outbox';
import { type Platform, Rest, startPlatform } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import pg from 'pg';
import { readSecrets } from './secrets-file.ts';

/* On the whole platform: identity tells that an organisation is gone, and the services destroy its keys. */
let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform.stop());

const login = () => {
  const { ports } = JSON.parse(readFileSync(join(platform.dataDir, 'installation.json'), 'utf8'));
  return { host: '127.0.0.1', port: ports.postgres as number, database: 'tidegate' };
};

interface Key {
  wrapped: Buffer | null;
  shredded_at: Date | null;
}

async function keyOf(service: 'notifier' | 'monitor_agent', orgId: string): Promise<Key | undefined> {
  const password = readSecrets(platform.dataDir)['POSTGRES_PASSWORD'] as string;
  const client = new pg.Client({ ...login(), user: 'postgres', password });
  await client.connect();
  try {
    return (await client.query<Key>(`select * from ${service}.data_keys where org_id = $1`, [orgId])).rows[0];
  } finally {
    await client.end();
  }
}

/** As identity does it, in a transaction of its own. */
async function tellDeleted(orgId: string): Promise<void> {
  const password = readSecrets(platform.dataDir)['IDENTITY_DATABASE_PASSWORD'] as string;
  const dataSource = await connectDatabase({ ...login(), user: 'identity', schema: 'identity', password });
  const outbox = new Outbox('identity', () => {});
  await new TenantDatabase(dataSource).run(orgId, (tx) => outbox.emit(tx, organisationDeleted, { orgId }));
  await dataSource.destroy();
}

async function customer(name: string) {
  const anonymous = new Rest(platform.url);
  const account = { email: `${name}@example.com`, password: 'correct horse battery', name };
  const { body } = await anonymous.post<{ accessToken: string; organisation: { id: string } }>(
    '/api/v1/accounts',
    account,
  );
  const rest = anonymous.as(body.accessToken);
  const addWebhook = () => rest.post<{ id: string }>('/api/v1/channels', { kind: 'webhook', url: 'https://1.1.1.1/' });
  const channel = await addWebhook();
  expect(channel.status).toBe(201);
  const changeSecret = () => rest.post(`/api/v1/channels/${channel.body.id}/rotate-secret`);
  return { orgId: body.organisation.id, addWebhook, changeSecret };
}

test('a deleted organisation’s secrets can never be read again, and nothing more is sealed for it', async () => {
  const [gone, stays] = [await customer('gone'), await customer('stays')];
  expect((await keyOf('notifier', gone.orgId))?.wrapped).toHaveLength(61);
  await tellDeleted(gone.orgId);

  const shredded = async (service: 'notifier' | 'monitor_agent') => (await keyOf(service, gone.orgId))?.shredded_at;
  await until(async () => (await shredded('notifier')) != null, { what: 'notifier has shredded its key' });
  await until(async () => (await shredded('monitor_agent')) != null, { what: 'monitor-agent refuses to make one' });
  expect((await keyOf('notifier', gone.orgId))?.wrapped).toBeNull();
  expect((await gone.changeSecret()).status).toBe(404);
  expect((await gone.addWebhook()).status).toBe(404);
  expect(platform.log()).not.toContain('whsec_');

  expect((await keyOf('notifier', stays.orgId))?.wrapped).toHaveLength(61);
  expect((await stays.changeSecret()).status).toBe(200);
});
