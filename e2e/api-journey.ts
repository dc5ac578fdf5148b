import { adminPassword } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import { linesOf } from './data-export.ts';
import type { Mails } from './mails.ts';
import { OpenApiClient } from './openapi-client.ts';
import type { SharedPlatform } from './shared-platform.ts';

/* From the first request to the last by somebody who has read the document and nothing else. */
export function apiJourney(platform: SharedPlatform, mails: Mails): void {
  test('whoever has the document alone signs up, works, changes the plan, takes their data along and leaves', async () => {
    const anonymous = await OpenApiClient.of(platform.url);
    const email = 'reader-of-documents@example.com';
    await anonymous.call('accounts.request', { email }, 204);
    const token = await mails.tokenFor(email);
    const account = { token, password: 'correct horse battery', name: 'Reader', organisationName: 'First' };
    const { body: session } = await anonymous.call('accounts.register', account, 201);
    const person = anonymous.as(session['accessToken']);
    expect((await person.call('accounts.me')).body).toMatchObject({ user: { email, emailVerified: true } });

    const { body: made } = await person.call('organisations.create', { name: 'Second' }, 201);
    const here = { 'Tidegate-Organisation': made['id'] as string };
    await until(() => person.call('subscriptions.get', here), { what: 'the plan of the organisation' });
    const scopes = ['servers:read', 'servers:write', 'bots:read', 'bots:write', 'usage:read', 'usage:write'];
    const { body: key } = await person.call('keys.create', { ...here, name: 'ci', scopes }, 201);
    const machine = anonymous.as(key['key']);

    const server = { name: 'Shop', host: '127.0.0.1', port: 1, user: 'app', password: 'wrong' };
    const { body: watched } = await machine.call('servers.create', server, 201);
    expect((await machine.call('servers.get', { serverId: watched['id'] })).body).toMatchObject({ name: 'Shop' });
    const { body: bot } = await machine.call('bots.create', anonymous.example('bots.create'), 201);
    await machine.call('bots.start', { botId: bot['id'] });
    expect((await machine.call('bots.get', { botId: bot['id'] })).body).toMatchObject({ status: 'running' });

    const used = async () => {
      const { items } = (await machine.call('usage.current')).body as { items: { meter: string; used: number }[] };
      return items.find(({ meter }) => meter === 'api_calls')?.used ?? 0;
    };
    await until(async () => (await used()) >= 5, { what: 'five calls to be counted' });
    const event = { id: 'one', source: 'ci', meter: 'no_such_meter', quantity: 1 };
    expect((await machine.call('usage.ingest', { events: [event] }, 202)).body).toMatchObject({
      ...{ accepted: 0, rejected: [{ index: 0 }] },
    });

    // Somebody without a card sees what it would cost; who is invoiced by hand has it from the operator.
    const plan = { ...here, product: 'main', plan: 'pro' };
    expect((await person.call('subscriptions.preview', plan)).body).toMatchObject({ plan: 'pro' });
    expect((await person.call('subscriptions.change', plan, 402)).body).toMatchObject({ code: 'payment_needed' });
    const admin = { email: 'admin@localhost', password: adminPassword(platform) };
    const operator = anonymous.as((await anonymous.call('sessions.login', admin, 201)).body['accessToken']);
    const byHand = { organisationId: made['id'], plan: 'pro', reason: 'Contract 18' };
    await operator.call('subscriptions.set', byHand);
    expect((await person.call('subscriptions.get', here)).body).toMatchObject({ subscriptions: [{ plan: 'pro' }] });

    await person.call('keys.revoke', { ...here, keyId: key['id'] }, 204);
    await machine.call('bots.get', { botId: bot['id'] }, 401);
    const { body: all } = await person.call('organisation.export', { organisation: made['id'] });
    const lines = linesOf(String(all['text']));
    expect(lines.at(-1)).toEqual({ kind: 'end', data: { lines: lines.length - 2 } });
    expect(lines.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['monitor-agent.servers', 'bot-executor.bots']),
    );
    await person.call('organisations.delete', { ...here, name: 'Second' }, 204);
    await person.call('organisations.get', here, 403);
    await person.call('sessions.logout', {}, 204);
    await person.call('accounts.me', {}, 401);
  });
}
