import { Rest } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import type { Locator, Page } from 'playwright-core';
import { operatorOf } from '../people.ts';
import { ask, type Visit } from './visit.ts';

/** What an operator does for a customer by hand: each asks, wants a reason, and is kept with who did it. */
export function actForAnOrganisation(visit: Visit): void {
  let office: Page;
  let customer: Page;
  let orgId: string;

  beforeAll(async () => {
    customer = await visit.somebody();
    orgId = (await visit.register(customer, 'Served Person')).split('/').at(-1) ?? '';
    const operator = await operatorOf(visit.platform, new Rest(visit.url));
    for (const [chargeKey, amountMinor] of [
      ['paid', 12_300],
      ['credited', 45_600],
      ['withdrawn', 78_900],
    ]) {
      const charge = { description: `To be ${chargeKey}`, currency: 'EUR', reason: 'Contract 20', now: true };
      const path = `/api/v1/operator/organisations/${orgId}/charges`;
      expect((await operator.post(path, { ...charge, chargeKey, amountMinor })).status).toBe(200);
    }
    const opened = await visit.operator();
    office = opened.page;
    await visit.go(office, `${opened.home}/operator/organisations/${orgId}`);
  });
  afterAll(() => Promise.all([office, customer].map((one) => one?.context().close())));

  const section = (name: string): Locator => office.getByRole('region', { name, exact: true });
  const button = (name: string, inside: Page | Locator) => inside.getByRole('button', { name, exact: true });

  /** Opens the dialog, is refused without a reason, and does it with one. */
  async function act(
    opens: Locator,
    { does, reason, fill }: { does: string; reason: string; fill?: (dialog: Locator) => Promise<unknown> },
  ): Promise<void> {
    await opens.click();
    const dialog = office.getByRole('dialog');
    await dialog.waitFor();
    await fill?.(dialog);
    expect(await visit.judge(office)).toEqual([]);
    await button(does, dialog).click();
    // Nothing is sent while the reason is missing.
    await dialog.getByText('Write something.').waitFor();
    await dialog.getByLabel('Reason').fill(reason);
    await button(does, dialog).click();
    await dialog.waitFor({ state: 'detached' });
  }
  const inStory = (reason: string) =>
    office.getByRole('table', { name: 'Story' }).getByRole('cell', { name: reason }).first().waitFor();

  test('an organisation is put on a plan', async () => {
    await act(button('Set a plan', office), {
      ...{ does: 'Set the plan', reason: 'Contract 21' },
      fill: (dialog) => dialog.getByLabel('Plan', { exact: true }).selectOption({ label: 'Tidegate: Pro' }),
    });
    await office.getByText(/Tidegate: Pro, active, billed by hand/).waitFor();
    await inStory('Contract 21');
  });

  test('a grant is given and taken back', async () => {
    const grants = section('Grants');
    await act(button('Give a grant', grants), {
      ...{ does: 'Give it', reason: 'A promise' },
      fill: async (dialog) => {
        await dialog.getByLabel('Feature').selectOption({ label: 'Trading bots' });
        await dialog.getByLabel('How much (bot)').fill('7');
      },
    });
    const row = grants.getByRole('row').filter({ hasText: 'Trading bots' });
    await row.getByText('in addition 7').waitFor();
    await until(
      async () => {
        const { body } = await ask<{ features: { bots?: { limit?: number } } }>(customer, 'GET', '/entitlements');
        return body.features.bots?.limit === 32;
      },
      { what: '25 bots of the plan and seven more' },
    );
    await act(button('Take back', row), { does: 'Take back', reason: 'The promise is kept' });
    await row.waitFor({ state: 'detached' });
    await inStory('The promise is kept');
  });

  test('units are given and what is left of them is taken back', async () => {
    const credits = section('Credits');
    await act(button('Give units', credits), {
      ...{ does: 'Give them', reason: 'Goodwill' },
      fill: (dialog) => dialog.getByLabel('Feature').selectOption({ label: 'API calls' }),
    });
    const row = credits.getByRole('row').filter({ hasText: 'Goodwill' });
    await act(button('Take back', row), { does: 'Take back', reason: 'A mistake' });
    await row.getByText('expired').waitFor();
    expect(await button('Take back', row).count()).toBe(0);
  });

  test('an invoice is marked as paid, one is credited, one is withdrawn', async () => {
    const row = (total: string) => section('Invoices').getByRole('row').filter({ hasText: total });
    await act(button('Mark as paid', row('€123.00')), { does: 'Mark as paid', reason: 'Bank transfer of today' });
    await row('€123.00').getByText('paid', { exact: true }).waitFor();
    await act(button('Credit a part', row('€456.00')), {
      ...{ does: 'Credit it', reason: 'Half of it was late' },
      fill: (dialog) => dialog.getByLabel('Amount, in EUR').fill('228'),
    });
    await row('€456.00').getByText('€228.00').waitFor();
    await act(button('Withdraw', row('€789.00')), { does: 'Withdraw it', reason: 'Made out to nobody' });
    await row('€789.00').getByText('void', { exact: true }).waitFor();
    expect(await button('Mark as paid', row('€789.00')).count()).toBe(0);
    await inStory('Made out to nobody');
    expect(await visit.judge(office)).toEqual([]);
  });

  test('the customer reads in the audit log that it was the support, and why', async () => {
    const reasons = ['Contract 21', 'A promise', 'Goodwill', 'Bank transfer of today', 'Made out to nobody'];
    const logged = await until(
      async () => {
        const { body } = await ask(customer, 'GET', '/organisation/audit?limit=100');
        const text = JSON.stringify(body);
        return reasons.every((reason) => text.includes(reason)) ? text : undefined;
      },
      { what: 'every act in the audit log' },
    );
    expect(logged).toContain('support');
  });
}
