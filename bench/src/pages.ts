import { openBrowser } from '@tidegate/testing/browser';
import { adminPassword, Rest, startPlatform } from '@tidegate/testing/platform';
import type { Page } from 'playwright-core';
import type { Result } from './main.ts';

const ALLOWED = { paintMs: 1_500, interactionMs: 100 };
const BOTS = 40;
const PAGES = ['', 'servers', 'bots', 'backtests', 'usage', 'plans', 'billing', 'team', 'keys', 'channels', 'account'];

/** Notes what the browser itself measures: the largest paint, and how long each interaction took until the next frame. */
const MEASURE = `
  globalThis.paintMs = 0;
  globalThis.interactionMs = 0;
  new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntries()) globalThis.paintMs = startTime;
  }).observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((list) => {
    for (const { interactionId, duration } of list.getEntries())
      if (interactionId) globalThis.interactionMs = Math.max(globalThis.interactionMs, duration);
  }).observe({ type: 'event', durationThreshold: 16, buffered: true });
`;

/**
 * Each page of the console, loaded anew with an empty cache and then used: the operator's own server, and forty bots
 * that trade. Page by page it prints the largest paint, and the slowest of opening the palette, writing in it and sorting.
 */
export async function pages(): Promise<Result> {
  const platform = await startPlatform({
    env: { RATE_LIMIT_PER_MINUTE: '100000', RATE_LIMIT_ANONYMOUS_PER_MINUTE: '100000' },
  });
  const browser = await openBrowser();
  try {
    const login = { email: 'admin@localhost', password: adminPassword(platform) };
    await fill(platform.url, login);
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.addInitScript(MEASURE);
    const page = await context.newPage();
    await page.goto(`${platform.url}/log-in`);
    await page.getByLabel('E-mail').fill(login.email);
    await page.locator('input[type=password]').fill(login.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    const home = page.url();
    const measured = [];
    for (const path of PAGES) measured.push({ path: path || 'overview', ...(await measure(page, `${home}/${path}`)) });
    process.stdout.write(`${'page'.padEnd(12)} largest paint  slowest interaction\n`);
    for (const { path, paintMs, interactionMs } of measured) {
      process.stdout.write(
        `${path.padEnd(12)} ${String(Math.round(paintMs)).padStart(10)} ms ${String(interactionMs).padStart(17)} ms\n`,
      );
    }
    const slowest = Math.max(...measured.map(({ interactionMs }) => interactionMs));
    process.stdout.write(`slowest interaction ${slowest} ms of ${ALLOWED.interactionMs}\n`);
    const paint = Math.max(...measured.map(({ paintMs }) => paintMs));
    return {
      name: 'pages',
      value: Math.round(paint),
      unit: 'ms until the largest paint of the slowest page',
      ratio: Number((paint / ALLOWED.paintMs).toFixed(2)),
      against: 'its limit',
    };
  } finally {
    await browser.close();
    await platform.stop();
  }
}

async function measure(page: Page, address: string): Promise<{ paintMs: number; interactionMs: number }> {
  await page.goto(address);
  await page.locator('main h1').waitFor();
  await page.waitForFunction("document.querySelectorAll('.mantine-Skeleton-root').length === 0");
  const paintMs = await page.evaluate<number>('globalThis.paintMs');
  const heading = page.locator('main th button').first();
  if ((await heading.count()) > 0) for (let click = 0; click < 2; click += 1) await heading.click();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').waitFor();
  await page.keyboard.type('bot');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 50)))');
  return { paintMs, interactionMs: await page.evaluate<number>('globalThis.interactionMs') };
}

async function fill(url: string, login: { email: string; password: string }): Promise<void> {
  const anonymous = new Rest(url);
  const { body } = await anonymous.post<{ accessToken: string; organisation: { id: string } }>(
    '/api/v1/sessions',
    login,
  );
  const admin = anonymous.as(body.accessToken);
  await admin.send('PUT', `/api/v1/operator/organisations/${body.organisation.id}/subscription`, { plan: 'business' });
  for (let n = 0; n < BOTS; n += 1) {
    const bot = await admin.post<{ id: string }>('/api/v1/bots', {
      name: `Bot ${n}`,
      settings: {
        market: 'BTC-USDT',
        direction: 'long',
        baseOrder: '100',
        averagingOrders: { count: 2, size: '100', deviationPercent: '0.5' },
        takeProfit: { percent: '0.8' },
      },
    });
    if (bot.status !== 201) throw new Error(JSON.stringify(bot.body));
    const started = await admin.post(`/api/v1/bots/${bot.body.id}/start`);
    if (started.status !== 200) throw new Error(JSON.stringify(started.body));
  }
}
