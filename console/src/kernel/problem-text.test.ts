import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROBLEM_TEXTS } from '@tidegate/contracts/kernel/problem-texts';
import { chooseLocale, unchooseLocale } from '../../test/choose-locale.ts';
import { problemText } from './problem-text.ts';

type Texts = Readonly<Record<string, string>>;
const GERMAN = JSON.parse(readFileSync(join(process.cwd(), 'console/src/kernel/problems.de.json'), 'utf8')) as Readonly<
  Record<string, Texts | undefined>
>;
const TEXTS: Readonly<Record<string, readonly string[] | undefined>> = PROBLEM_TEXTS;

/** Fields say it one by one, and a bank says it in its own words. */
const IN_OTHER_WORDS = new Set(['{message}', '{said}']);
/** Addresses of the API, of which the console has pages, and what is said by the button below. */
const LEFT_OUT = new Set(['checkout', 'id', 'more', 'portal']);

afterEach(unchooseLocale);

test('whatever a contract refuses with says what to do in declared texts, or nothing beyond its title', () => {
  const contracts = join(process.cwd(), 'libs/contracts/src');
  const codes = readdirSync(contracts, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes('.test.'))
    .flatMap((path) => [
      ...readFileSync(join(contracts, path), 'utf8').matchAll(/\b(?:problem|commonProblem)\(\s*'(\w+)',\s*\d/g),
    ])
    .map(([, code = '']) => code);
  expect(codes.length).toBeGreaterThan(90);
  expect(codes.filter((code) => TEXTS[code] === undefined)).toEqual([]);
});

test('every text of every code has a German one with its values', () => {
  const missing: string[] = [];
  const valuesOf = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).sort();
  for (const [code, texts = []] of Object.entries(TEXTS)) {
    for (const text of texts) {
      const own = GERMAN[code]?.[text];
      if (IN_OTHER_WORDS.has(text)) continue;
      const wanted = valuesOf(text).filter((name) => !LEFT_OUT.has(name));
      if (own === undefined || valuesOf(own).join() !== wanted.join()) missing.push(`${code}: ${text}`);
    }
  }
  expect(missing).toEqual([]);
  const unknown = Object.entries(GERMAN).flatMap(([code, texts = {}]) =>
    Object.keys(texts).filter((text) => !TEXTS[code]?.includes(text)),
  );
  expect(unknown).toEqual([]);
});

test('in German a problem is said by its code and the values of its detail', async () => {
  await chooseLocale('de');
  const said = (code: string, message: string) => problemText({ code, message });
  expect(said('forbidden', 'This needs the scope bots:write.')).toBe('Dafür ist das Recht bots:write nötig.');
  expect(said('role_too_high', 'You are admin, and this concerns the role owner.')).toBe(
    'Ihre Rolle ist Administrator, und hier geht es um die Rolle Eigentümer.',
  );
  // What is known of a longer text is not taken for a value of a shorter one.
  expect(said('rate_limited', 'At most 60 requests a minute from one network. Wait 7 s.')).toBe(
    'Höchstens 60 Anfragen in der Minute aus einem Netz. Warten Sie 7 s.',
  );
  expect(
    said(
      'plan_limit_reached',
      '2 api keys are allowed, and 2 exist. The plan Starter, or the add-on Keys allows more.',
    ),
  ).toBe('„API-Schlüssel“: 2 sind erlaubt, und 2 gibt es.');
  // Of another code, of a newer platform, or in a bank's own words.
  expect(said('conflict', 'This needs the scope bots:write.')).toBeUndefined();
  expect(said('nobody_knows', 'Something new.')).toBeUndefined();
  expect(said('payment_refused', 'Call your bank.')).toBeUndefined();
});

test('in English it stays as it is', async () => {
  await chooseLocale('en');
  expect(problemText({ code: 'forbidden', message: 'This needs the scope bots:write.' })).toBe(
    'This needs the scope bots:write.',
  );
});
