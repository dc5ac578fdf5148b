import { accessibilityFaults, openBrowser, watchedPage } from '@tidegate/testing/browser';
import { LONG } from '@tidegate/testing/long';
import { patient } from '@tidegate/testing/pace';
import { adminPassword } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { SharedPlatform } from '../shared-platform.ts';
import { JudgedDialogs } from './judged-dialogs.ts';
import { JudgedPages } from './judged-pages.ts';
import { Pictures } from './pictures.ts';

export const PASSWORD = 'correct horse battery';
const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 800 };

/** One browser for all journeys, opened by the first. What goes wrong on any page is kept until a test asks, or the end. */
export class Visit {
  readonly platform: SharedPlatform;
  readonly judgedPages = new JudgedPages();
  readonly judgedDialogs = new JudgedDialogs();
  private readonly noted: string[][] = [];
  private browser: Browser | undefined;
  private readonly pictures = new Pictures();

  constructor(platform: SharedPlatform) {
    this.platform = platform;
    afterAll(async () => {
      await this.browser?.close();
      expect(this.takeFaults()).toEqual([]);
    });
  }

  get url(): string {
    return this.platform.url;
  }

  /** A page of somebody else, with cookies of their own. */
  async somebody(): Promise<Page> {
    this.browser ??= await openBrowser();
    // A dialog that is fading in has no colours that could be judged.
    return this.tab(await this.browser.newContext({ viewport: WIDE, locale: 'en-GB', reducedMotion: 'reduce' }));
  }

  /** Another tab of the same person. */
  async tab(context: BrowserContext): Promise<Page> {
    const { page, faults } = await watchedPage(context);
    page.setDefaultTimeout(patient(20_000));
    this.noted.push(faults);
    return page;
  }

  /** What scripts, the policy and the console of any page said since it was asked last. */
  takeFaults(): string[] {
    return this.noted.flatMap((faults) => faults.splice(0));
  }

  /** Answers the address of the person's organisation. */
  async register(page: Page, name: string): Promise<string> {
    await page.goto(`${this.url}/register`);
    await page.getByLabel('Your name').fill(name);
    await page.getByLabel('E-mail').fill(emailOf(name));
    await page.locator('input[type=password]').fill(PASSWORD);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    return page.url();
  }

  async logIn(page: Page, email: string, password: string): Promise<void> {
    await page.getByRole('textbox', { name: 'E-mail' }).fill(email);
    await page.locator('input[type=password]').fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
  }

  /** The operator's own page, and the address of their organisation, which watches the installation. */
  async operator(): Promise<{ page: Page; home: string }> {
    const page = await this.somebody();
    await page.goto(this.url);
    await this.logIn(page, 'admin@localhost', adminPassword(this.platform));
    await page.getByRole('heading', { name: 'The last hour' }).waitFor();
    return { page, home: page.url().replace(/[?#].*/, '') };
  }

  async go(page: Page, address: string): Promise<void> {
    await page.goto(address);
    await this.settled(page);
  }

  /** Its title is there, and what it waits for. */
  async settled(page: Page): Promise<void> {
    await page.locator('main h1').first().waitFor();
    await until(async () => (await page.locator('.mantine-Skeleton-root').count()) === 0, {
      what: `${page.url()} is read`,
    });
  }

  /**
   * What keeps somebody from using the page as it is, in both colours, in a wide window and in a narrow one, which it must
   * fit. The colours are switched as the page has them, so that a dialog stays open. A page with an organisation's own colour
   * fits it to the theme with which it was loaded: `themes`. The second theme in a narrow window has nothing that was not judged in the
   * other three, so only the long form has it too.
   */
  async judge(page: Page, { themes = THEMES }: { themes?: readonly Theme[] } = {}): Promise<string[]> {
    const found: string[] = [];
    const shown = (await page.evaluate('document.documentElement.dataset.mantineColorScheme')) as Theme | undefined;
    // What is no page of the console has the colours of the system.
    const put = (theme: Theme) => (shown ? wear(page, theme) : page.emulateMedia({ colorScheme: theme }));
    if (themes === THEMES) await this.judgedPages.note(page);
    await this.judgedDialogs.note(page, themes);
    for (const [width, size] of [
      ['wide', WIDE],
      ['narrow', NARROW],
    ] as const) {
      await page.setViewportSize(size);
      for (const theme of size === NARROW && !LONG ? themes.slice(0, 1) : themes) {
        await put(theme);
        const faults = await accessibilityFaults(page, { colours: theme !== themes[0] });
        found.push(...faults.map((fault) => `${theme}, ${width}: ${fault}`));
        if (size === WIDE) found.push(...(await cutTables(page)), ...(await longFigures(page)));
        // Not in the other colours: a chart keeps those with which it was drawn.
        if (theme === (shown ?? 'light')) await this.pictures.take(page, `${theme}-${width}`);
      }
    }
    await put(shown ?? 'light');
    const hidden = await page.evaluate(`(() => {
      const here = document.querySelector('nav a[aria-current="page"]')?.getBoundingClientRect();
      return here !== undefined && (here.left < 0 || here.right > innerWidth);
    })()`);
    const tooWide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
    await page.setViewportSize(WIDE);
    const narrow = { 'is wider than a narrow window': tooWide, 'is not to be seen in the narrow bar': hidden };
    for (const [what, isSo] of Object.entries(narrow)) if (isSo) found.push(`${page.url()} ${what}`);
    return found;
  }

  /** All of these pages, in both colours and both widths. */
  async judgeAll(page: Page, addresses: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    for (const address of addresses) {
      await this.go(page, address);
      found.push(...(await this.judge(page)));
    }
    return found;
  }
}

/** In a wide window every column of a table is to be seen, unless a row is open beside it. */
const cutTables = async (page: Page): Promise<string[]> =>
  (await page.evaluate(`document.querySelector('main aside') ? [] :
    [...document.querySelectorAll('main table[aria-label]')]
      .filter(({ parentElement: frame }) => frame.scrollWidth > frame.clientWidth + 1)
      .map((table) => location.pathname + ' cuts the table ' + table.ariaLabel)`)) as string[];

/** What stands above a page is read at a glance; every digit is shown when it is pointed at. */
const longFigures = async (page: Page): Promise<string[]> =>
  (await page.evaluate(`[...document.querySelectorAll('main dl.facts dd')]
    .filter((figure) => /[1-9]\\d*[.,]\\d{5}/.test(figure.innerText))
    .map((figure) => location.pathname + ' shows every digit of ' + figure.innerText)`)) as string[];

type Theme = 'light' | 'dark';
const THEMES: readonly Theme[] = ['light', 'dark'];

/** Colours that are on their way to their new ones cannot be judged. What is folded away stands still until it is opened. */
const wear = (page: Page, theme: Theme): Promise<unknown> =>
  page.evaluate(`(async () => {
    document.documentElement.dataset.mantineColorScheme = '${theme}';
    const ends = ({ effect }) => effect?.getComputedTiming().endTime !== Infinity && effect?.target?.checkVisibility() !== false;
    await Promise.allSettled(document.getAnimations().filter(ends).map((animation) => animation.finished));
  })()`);

export const emailOf = (name: string): string => `${name.toLowerCase().replaceAll(' ', '.')}@example.com`;

/** Asks the API as the page would, by its session and for its organisation. */
export async function ask<T = Record<string, unknown>>(
  page: Page,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: T }> {
  const organisation = /\/o\/([\w-]+)/.exec(page.url())?.[1];
  const init = {
    method,
    headers: {
      'session-cookies': 'true',
      ...(organisation ? { 'tidegate-organisation': organisation } : {}),
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  };
  return (await page.evaluate(
    `fetch('/api/v1${path}', ${JSON.stringify(init)})
      .then(async (answer) => ({ status: answer.status, body: await answer.json().catch(() => ({})) }))`,
  )) as { status: number; body: T };
}
