import { existsSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';

/** The one without windows first: it draws the same pages with half of the work of a browser that could show itself. */
const PLACES = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** A Chromium of this machine, or the one that `CHROMIUM` names; undefined where none is. */
export const chromiumPath = (): string | undefined =>
  [process.env['CHROMIUM'], ...PLACES].find((path) => path !== undefined && existsSync(path));

/** Opens a browser without a window. Loaded when it is needed: most tests need none. */
export async function openBrowser(): Promise<Browser> {
  const { chromium } = await import('playwright-core');
  const executablePath = chromiumPath();
  if (!executablePath) throw new Error('No Chromium: apt-get install chromium, or set CHROMIUM to its path.');
  // Domains that a test makes up are this machine.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--host-resolver-rules=MAP *.example 127.0.0.1'] });
}

/** A page that notes what goes wrong on it: errors of scripts, what the policy refused, and what the console says. */
export async function watchedPage(context: BrowserContext): Promise<{ page: Page; faults: string[] }> {
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`${page.url()} ${error.message}`));
  page.on('console', (message) => {
    // A refusal of the API is said there too, but it is an answer and no fault of the page.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      faults.push(`${page.url()} ${message.text()}`);
    }
  });
  return { page, faults };
}

interface Violation {
  id: string;
  impact: string | null;
  nodes: { target: unknown[]; failureSummary?: string }[];
}

/** Levels A and AA of WCAG 2.1. */
const LEVELS = "'wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'";
/** Of their rules, those that look at colours: nothing else differs between two themes of a page. */
const COLOURS = `{ type: 'rule', values: axe.getRules(['cat.color'])
  .filter(({ tags }) => tags.some((tag) => [${LEVELS}].includes(tag))).map(({ ruleId }) => ruleId) }`;

/** What axe finds against WCAG 2.1 A and AA on the page as it is now; of `colours` only, where the rest was judged already. */
export async function accessibilityFaults(page: Page, { colours = false } = {}): Promise<string[]> {
  const known = await page.evaluate("'axe' in globalThis");
  if (!known) {
    // Through the debugger and not as a tag, which the page's policy would refuse.
    const { default: axe } = await import('axe-core');
    await page.evaluate(axe.source);
  }
  const violations = (await page.evaluate(`axe.run(document, {
    runOnly: ${colours ? COLOURS : `[${LEVELS}]`}, resultTypes: ['violations'],
  }).then(({ violations }) => violations)`)) as Violation[];
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) =>
        `${new URL(page.url()).pathname} ${id} ${target.join(' ')}: ${failureSummary ?? ''}`,
    ),
  );
}
