import { newId } from '@tidegate/database/ids';
import { startWebhookReceiver, type WebhookReceiver } from '@tidegate/testing/fakes/webhook-receiver';
import { asSuperuser } from '@tidegate/testing/superuser';
import { until } from '@tidegate/testing/until';
import type { Page } from 'playwright-core';
import { ask, type Visit } from './visit.ts';

/** A receiver refuses a message, gets it again by hand, and hears what had been lost once an operator replays it. */
export function notifyAWebhook(visit: Visit): void {
  let page: Page;
  let home: string;
  let receiver: WebhookReceiver;
  beforeAll(async () => {
    receiver = await startWebhookReceiver();
    page = await visit.somebody();
    home = await visit.register(page, 'Told Person');
  });
  afterAll(() => Promise.all([receiver?.close(), page?.context().close()]));

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  /** The newest delivery; the list is not told when it changes, so it is read anew. */
  const newestIs = async (state: string) => {
    await until(
      async () => {
        const { body } = await ask<{ items: { state: string }[] }>(page, 'GET', '/deliveries?limit=1');
        return body.items[0]?.state === state;
      },
      { what: `a delivery that is ${state}` },
    );
    await visit.go(page, page.url());
  };

  test('a channel is added and tested; a message that was refused says why, and is sent again by hand', async () => {
    await visit.go(page, `${home}/channels`);
    await button('Add a channel').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Webhook', { exact: true }).click();
    await dialog.getByLabel('Web address').fill(receiver.url);
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.getByText('It is shown once.').waitFor();
    expect(await dialog.locator('pre').textContent()).toMatch(/^whsec_/);
    await dialog.getByRole('button', { name: 'Done' }).click();

    receiver.answerNext({ status: 500 });
    await button('Test').click();
    await newestIs('failed');
    const row = page.getByRole('table', { name: 'Deliveries' }).locator('tbody tr').first();
    await row.getByText('Refused by the receiver (500)').waitFor();
    await row.getByRole('button', { name: /^Beside the list/ }).click();
    const panel = page.getByRole('complementary', { name: 'Delivery' });
    await panel.getByText('Look into the log of the receiver.').waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await panel.getByRole('button', { name: 'Send again' }).click();
    await newestIs('delivered');
    await panel.getByText('delivered', { exact: true }).waitFor();
    expect(await panel.getByRole('button', { name: 'Send again' }).count()).toBe(0);
    const [first, second] = receiver.requests.map(({ headers }) => headers['webhook-id']);
    expect([receiver.requests.length, second]).toEqual([2, first]);
  });

  test('an operator replays a letter whose cause is mended, and discards one that fails again', async () => {
    const aggregates = { mended: newId(), broken: newId() };
    const data = {
      ...{ tradeId: newId(), botId: aggregates.mended, botName: 'Lost bot', market: 'BTC-USDT', direction: 'long' },
      ...{ profit: '1.00', profitPercent: '0.80', currency: 'USDT', closedAt: new Date().toISOString() },
    };
    await die(aggregates.mended, data);
    await die(aggregates.broken, { botId: aggregates.broken });
    const { page: office, home: desk } = await visit.operator();
    await visit.go(office, `${desk}/operator/services/notifier`);
    const letter = (aggregate: string) => office.getByRole('row').filter({ hasText: aggregate });
    const act = (aggregate: string, name: string) =>
      letter(aggregate).getByRole('button', { name, exact: true }).click();

    await act(aggregates.broken, 'Replay');
    await office.getByRole('alert').waitFor();
    expect(await visit.judge(office)).toEqual([]);
    await visit.go(office, office.url());
    await letter(aggregates.broken).getByRole('cell', { name: '11', exact: true }).waitFor();
    // In words, field by field, and not as the schema threw it.
    await letter(aggregates.broken)
      .getByRole('cell', { name: /\/tradeId: / })
      .waitFor();
    expect(await letter(aggregates.broken).textContent()).not.toContain('ZodError');
    await act(aggregates.mended, 'Replay');
    await letter(aggregates.mended).waitFor({ state: 'detached' });
    await until(() => receiver.requests.some(({ body }) => body.includes('Lost bot')), { what: 'the lost message' });

    await act(aggregates.broken, 'Discard');
    const dialog = office.getByRole('dialog');
    await dialog.getByText('What it says never reaches this service.').waitFor();
    expect(await visit.judge(office)).toEqual([]);
    await dialog.getByRole('button', { name: 'Discard', exact: true }).click();
    await dialog.getByText('Write something.').waitFor();
    await dialog.getByLabel('Reason').fill('Its bot is gone');
    await dialog.getByRole('button', { name: 'Discard', exact: true }).click();
    await letter(aggregates.broken).waitFor({ state: 'detached' });
    await office.context().close();
  });

  /** As if the notifier had tried ten times to handle it. */
  async function die(aggregate: string, data: object): Promise<void> {
    const id = newId();
    const type = 'bot-executor.trade.closed.v1';
    const orgid = home.split('/').at(-1);
    const envelope = {
      ...{ specversion: '1.0', id, source: 'bot-executor', type, time: new Date().toISOString(), subject: aggregate },
      ...{ sequence: 1, orgid, datacontenttype: 'application/json', data },
    };
    await asSuperuser(
      visit.platform,
      `insert into notifier.dead_letters (id, consumer, event_id, type, aggregate, org_id, envelope, error, attempts)
       values ($1, 'notifier-from-bot-executor', $2, $3, $4, $5, $6, 'The disk was full.', 10)`,
      [newId(), id, type, aggregate, orgid, JSON.stringify(envelope)],
    );
  }
}
