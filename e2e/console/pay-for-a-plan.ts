import { chromiumPath } from '@tidegate/testing/browser';
import { until } from '@tidegate/testing/until';
import type { Page } from 'playwright-core';
import { ask, type Visit } from './visit.ts';

/** After the operator has published what is sold: the page of Stripe, and the way back from it. */
export function payForAPlan(visit: Visit): void {
  describe.runIf(chromiumPath())('a payment, in a browser', () => {
    let page: Page;
    let home: string;
    beforeAll(async () => {
      page = await visit.somebody();
      home = await visit.register(page, 'Card Holder');
    });
    afterAll(() => page?.context().close());

    test('what was paid is in force when the way back says so; an address that only claims it changes nothing', async () => {
      const plan = async () => {
        const answer = await ask<{ subscriptions: { plan: string }[] }>(beside, 'GET', '/billing/subscription');
        return answer.body.subscriptions[0]?.plan;
      };
      const bots = async () => {
        const answer = await ask<{ features: { bots?: { limit?: number } } }>(beside, 'GET', '/entitlements');
        return answer.body.features.bots?.limit ?? 0;
      };
      const beside = await visit.tab(page.context());
      await visit.go(beside, `${home}/billing`);
      await until(async () => (await plan()) === 'free', { what: 'the plan of the organisation' });
      const before = await bots();

      await visit.go(page, `${home}/plans`);
      await page.getByRole('link', { name: 'Choose Business' }).click();
      await page.getByRole('heading', { name: 'Change to Business' }).waitFor();
      await page.getByText('What differs').waitFor();
      await visit.settled(page);
      expect(await visit.judge(page)).toEqual([]);
      await page.getByRole('button', { name: 'Change the plan' }).click();
      await page.getByText('It is paid for first.').waitFor();
      await page.getByRole('button', { name: 'To the payment' }).click();
      await page.waitForURL(/\/pay\/cs_\w+$/);
      const session = page.url().split('/').at(-1);

      // Nothing is paid yet, whatever the address says.
      await visit.go(beside, `${home}/billing?checkout=cs_test_forged`);
      await beside.getByRole('alert').waitFor();
      await visit.go(beside, `${home}/billing?checkout=cancelled`);
      await beside.getByText('Nothing was paid, and nothing has changed.').waitFor();
      await visit.go(beside, `${home}/billing?checkout=${session}`);
      await beside.getByText('Waiting for the payment to arrive').waitFor();
      expect([await plan(), await bots()]).toEqual(['free', before]);

      await page.locator('input[name=card]').fill('4242');
      await page.getByRole('button', { name: 'Go' }).click();
      await page.waitForURL(({ href }) => href === `${home}/billing?checkout=${session}`);
      const arrived = 'The payment has arrived. What you have bought is in force.';
      await page.getByText(arrived).waitFor();
      expect(await plan()).toBe('business');
      expect(await visit.judge(page)).toEqual([]);
      await beside.getByText(arrived).waitFor();
      await until(async () => (await bots()) > before, { what: 'more bots' });
    });
  });
}
