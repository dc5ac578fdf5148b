import { loadavg } from 'node:os';
import { openBrowser } from '@tidegate/testing/browser';
import { adminPassword, Rest, startPlatform } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import type { CDPSession, Page } from 'playwright-core';
import type { Result } from './main.ts';
import { fillPages } from './pages-fill.ts';
import { yearReads } from './year-reads.ts';

const ALLOWED = { paintMs: 1_500, interactionMs: 100, readMs: 100 };
const VISITS = 3;
const DAY_MS = 86_400_000;
const ORGANISATION = ['', 'servers', 'bots', 'backtests', 'sweeps', 'candles', 'usage', 'usage/api_calls', 'plans'];
const PEOPLE = ['billing', 'billing/credits', 'team', 'keys', 'links', 'channels', 'audit', 'appearance', 'account'];
const FORMS = ['bots/new', 'sweeps/new'];
const OPERATOR = [
  'organisations',
  'orders',
  'revenue',
  'costs',
  'catalogue',
  'incidents',
  'services',
  'services/identity',
];
const OF_A_SERVER = [
  '',
  '/statements',
  '/statements/1',
  '/activity',
  '/tables',
  '/indexes',
  '/findings',
  '/wraparound',
];

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

interface Measured {
  paintMs: number;
  /** Of the page's main thread, until it is drawn. */
  paintCpuMs: number;
  interactionMs: number;
  interactionCpuMs: number;
}

/**
 * Each page of the console with a year behind it, loaded with an empty cache and then used: sorted, typed into, the palette.
 * Other work on the machine only ever adds to a time, so of some visits the fastest counts; beside it stands the CPU time of the page's
 * main thread, which other work does not change. Then the reads of a year, by REST.
 */
export async function pages(only: string[]): Promise<Result> {
  const platform = await startPlatform({
    env: { RATE_LIMIT_PER_MINUTE: '100000', RATE_LIMIT_ANONYMOUS_PER_MINUTE: '100000' },
  });
  const browser = await openBrowser();
  try {
    const login = { email: 'admin@localhost', password: adminPassword(platform) };
    const anonymous = new Rest(platform.url);
    const logIn = async () =>
      (await anonymous.post<{ accessToken: string; organisation: { id: string } }>('/api/v1/sessions', login)).body;
    const { accessToken, organisation } = await logIn();
    const filled = await fillPages(platform, anonymous.as(accessToken), organisation.id);
    const { serverId, botId } = filled;
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.addInitScript(MEASURE);
    const page = await context.newPage();
    await page.goto(`${platform.url}/log-in`);
    await page.getByLabel('E-mail').fill(login.email);
    await page.locator('input[type=password]').fill(login.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    const home = new URL(page.url()).pathname;
    const devtools = await context.newCDPSession(page);
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    await devtools.send('Network.setCacheDisabled', { cacheDisabled: true });
    const year = `?from=${at(365)}&to=${at(0)}`;
    const all = [
      ...[...ORGANISATION, ...PEOPLE, ...FORMS].map((path) => [path || 'overview', path] as const),
      ...OF_A_SERVER.map((path) => [`server${path}, a year`, `servers/${serverId}${path}${year}`] as const),
      ['bot', `bots/${botId}`] as const,
      ['bot, equity', `bots/${botId}?tab=equity`] as const,
      ['bot, edit', `bots/${botId}/edit`] as const,
      ['backtest', `backtests/${filled.backtestId}`] as const,
      ['sweep', `sweeps/${filled.sweepId}`] as const,
      ['invoice', `billing/invoices/${filled.invoiceId}`] as const,
      ...OPERATOR.map((path) => [`operator/${path}`, `operator/${path}`] as const),
      ['operator/organisation', `operator/organisations/${organisation.id}`] as const,
    ].filter(([name]) => only.length === 0 || only.some((part) => name.includes(part)));
    process.stdout.write(
      `load of the machine ${loadavg()[0]?.toFixed(1)}, ${VISITS} visits each: fastest (median), and the CPU of the page’s main thread\n` +
        `${'page'.padEnd(28)}  largest paint          CPU   slowest interaction     CPU\n`,
    );
    const slowest = { paintMs: 0, interactionMs: 0, paintCpuMs: 0, interactionCpuMs: 0 };
    for (const [name, path] of all) {
      const visits: Measured[] = [];
      for (let visit = 0; visit < VISITS; visit += 1)
        visits.push(await measure(page, devtools, `${platform.url}${home}/${path}`));
      const [paint, interaction] = [of(visits, 'paintMs'), of(visits, 'interactionMs')];
      const cpu = {
        paintCpuMs: of(visits, 'paintCpuMs').median,
        interactionCpuMs: of(visits, 'interactionCpuMs').median,
      };
      process.stdout.write(
        `${name.padEnd(28)} ${both(paint)} ${ms(cpu.paintCpuMs)}   ${both(interaction)} ${ms(cpu.interactionCpuMs)}\n`,
      );
      const one = { paintMs: paint.fastest, interactionMs: interaction.fastest, ...cpu };
      for (const key of Object.keys(slowest) as (keyof typeof slowest)[])
        slowest[key] = Math.max(slowest[key], one[key]);
    }
    process.stdout.write(
      `slowest: paint ${Math.round(slowest.paintMs)} of ${ALLOWED.paintMs} ms, interaction ${slowest.interactionMs} of ${ALLOWED.interactionMs} ms; CPU ${Math.round(slowest.paintCpuMs)} and ${Math.round(slowest.interactionCpuMs)} ms\n`,
    );
    const asAdmin = async () => anonymous.as((await logIn()).accessToken);
    const readMs = await yearReads(platform, asAdmin, serverId);
    const ratio = Math.max(
      slowest.paintMs / ALLOWED.paintMs,
      slowest.interactionMs / ALLOWED.interactionMs,
      readMs / ALLOWED.readMs,
    );
    return {
      name: 'pages',
      value: Math.round(slowest.paintMs),
      unit: 'ms until the largest paint of the slowest page',
      ratio: Number(ratio.toFixed(2)),
      against: 'the limit that is nearest, of paint, interactions and reads of a year',
    };
  } finally {
    await browser.close();
    await platform.stop();
  }
}

const at = (daysAgo: number): string => new Date(Date.now() - daysAgo * DAY_MS).toISOString();
const ms = (value: number): string => `${String(Math.round(value)).padStart(5)} ms`;
const both = ({ fastest, median }: { fastest: number; median: number }): string =>
  `${ms(fastest)} ${`(${Math.round(median)})`.padEnd(7)}`;

function of(visits: readonly Measured[], key: keyof Measured): { fastest: number; median: number } {
  const sorted = visits.map((one) => one[key]).toSorted((a, b) => a - b);
  return { fastest: sorted[0] ?? 0, median: sorted[Math.floor(sorted.length / 2)] ?? 0 };
}

async function measure(page: Page, devtools: CDPSession, address: string): Promise<Measured> {
  const cpu = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
  };
  await page.goto(address);
  await page.locator('main h1').first().waitFor();
  await until(async () => (await page.locator('.mantine-Skeleton-root').count()) === 0, { what: `${address} is read` });
  // The browser reports a paint after it.
  const paint = () => page.evaluate<number>('globalThis.paintMs');
  await until(async () => (await paint()) > 0, { what: `${address} is painted` });
  const paintMs = await paint();
  // Counted from the navigation on.
  const paintCpuMs = await cpu();
  let interactionCpuMs = 0;
  const act = async (work: () => Promise<unknown>) => {
    const began = await cpu();
    await work();
    await nextFrame(page);
    interactionCpuMs = Math.max(interactionCpuMs, (await cpu()) - began);
  };
  const heading = page.locator('main th button').first();
  if ((await heading.count()) > 0) for (let click = 0; click < 2; click += 1) await act(() => heading.click());
  // A number of a form, which others are worked out of, or its first text.
  const numbers = page.locator('main form input[inputmode=decimal]');
  const field = (await numbers.count()) > 0 ? numbers.first() : page.locator('main form input[type=text]').first();
  if ((await field.count()) > 0) {
    await field.focus();
    for (const key of ['1', '2', 'Backspace']) await act(() => page.keyboard.press(key));
  }
  await act(() => page.keyboard.press('Control+k'));
  await page.getByRole('combobox').last().waitFor();
  for (const key of ['b', 'o', 't']) await act(() => page.keyboard.press(key));
  await act(() => page.keyboard.press('ArrowDown'));
  await act(() => page.keyboard.press('Escape'));
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await nextFrame(page);
  return {
    paintMs,
    paintCpuMs,
    interactionCpuMs,
    interactionMs: await page.evaluate<number>('globalThis.interactionMs'),
  };
}

const nextFrame = (page: Page): Promise<unknown> =>
  page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 50)))');
