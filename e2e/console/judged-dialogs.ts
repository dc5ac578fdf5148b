import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const SRC = join(process.cwd(), 'console/src');
/** Whatever opens over a page or beside its list, and where its name stands. */
const OPENING = /<(?:Modal|DialogButton|Confirm|WithPanel)\b/g;
/** Seen for a moment only, by whoever has a slow connection: without the name of the plan. */
const PASSING = new Set(['billing/upgrade-dialog.tsx: Change the plan']);

interface Dialog {
  /** Its file, and its English name there. */
  id: string;
  called: RegExp;
}

/** All that the console has, read from its source: who adds one has to judge it. */
export function dialogsOf(files: readonly { path: string; source: string }[]): Dialog[] {
  const found = new Map<string, Dialog>();
  for (const { path, source } of files) {
    for (const { index } of source.matchAll(OPENING)) {
      for (const [, text = ''] of nameIn(source.slice(index)).matchAll(/\bt\(\s*'((?:[^'\\]|\\.)*)'/g)) {
        const id = `${path}: ${text}`;
        found.set(id, { id, called: patternOf(text) });
      }
    }
  }
  return [...found.values()];
}

/** What stands in the braces of `title` or `question` of the element that begins here. What a component is given has its name elsewhere. */
function nameIn(source: string): string {
  let depth = 0;
  let begin = -1;
  for (let at = 0; at < source.length; at += 1) {
    const char = source[at];
    if (char === '{' && ++depth === 1 && begin < 0 && /\s(?:title|question)=$/.test(source.slice(0, at))) begin = at;
    if (char === '}' && --depth === 0 && begin >= 0) return source.slice(begin, at);
    if (char === '>' && depth === 0) return '';
  }
  return '';
}

/** Of an ICU message, with anything in place of its values. */
function patternOf(text: string): RegExp {
  let pattern = '';
  let depth = 0;
  for (const char of text) {
    if (char === '{' && ++depth === 1) pattern += '.+';
    if (depth === 0) pattern += char.replace(/[.*+?^$()|[\]\\]/, '\\$&');
    if (char === '}') depth -= 1;
  }
  return new RegExp(`^${pattern}$`);
}

/** Which dialogs and panels were judged open, in which colours and on which pages. */
export class JudgedDialogs {
  readonly known = dialogsOf(
    readdirSync(SRC, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.tsx'))
      .map((path) => ({ path, source: readFileSync(join(SRC, path), 'utf8') })),
  );
  /** By name and colour, the pages. */
  private readonly judged = new Map<string, Set<string>>();

  async note(page: Page, themes: readonly string[]): Promise<void> {
    // A dialog is there a moment before its name is; some that open over a field have none.
    await page
      .waitForFunction(
        `[...document.querySelectorAll('[role=dialog]')].every((one) =>
          document.getElementById(one.getAttribute('aria-labelledby') ?? '')?.textContent)`,
        undefined,
        { timeout: 2_000 },
      )
      .catch(() => undefined);
    const { names, route } = (await page.evaluate(`(() => {
      if (document.documentElement.lang !== 'en') return { names: [], route: '' };
      const nameOf = (one) => document.getElementById(one.getAttribute('aria-labelledby') ?? '')?.textContent ?? '';
      const names = [...document.querySelectorAll('[role=dialog], main aside[aria-labelledby]')].map(nameOf);
      return { names, route: globalThis.__TSR_ROUTER__?.state.matches.at(-1)?.routeId ?? '' };
    })()`)) as { names: string[]; route: string };
    for (const name of names) {
      for (const theme of themes) {
        const key = `${theme} ${name}`;
        this.judged.set(key, (this.judged.get(key) ?? new Set()).add(route));
      }
    }
  }

  /** Those that were not judged in both colours. Of several with one name, each on a page of its own. */
  missing(): string[] {
    return this.known
      .filter(({ id, called }) => {
        const alike = this.known.filter((other) => String(other.called) === String(called)).length;
        return !PASSING.has(id) && ['light', 'dark'].some((theme) => this.pagesOf(theme, called).size < alike);
      })
      .map(({ id }) => id)
      .sort();
  }

  private pagesOf(theme: string, called: RegExp): Set<string> {
    const pages = [...this.judged].flatMap(([key, routes]) =>
      key.startsWith(`${theme} `) && String(this.patternOf(key.slice(theme.length + 1))) === String(called)
        ? [...routes]
        : [],
    );
    return new Set(pages);
  }

  /** The longest that fits: `Remove A from the organisation?` is not `Remove {name}?`. */
  private patternOf(name: string): RegExp | undefined {
    const fitting = this.known.filter(({ called }) => called.test(name)).map(({ called }) => called);
    return fitting.toSorted((one, other) => other.source.length - one.source.length)[0];
  }
}
