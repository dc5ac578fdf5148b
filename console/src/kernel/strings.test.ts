import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import '@tidegate/contracts/all';
import { WAITING_TEXTS } from '@tidegate/contracts/bot-executor/waiting-texts';
import { Role } from '@tidegate/contracts/identity/roles';
import { FIELD_TEXTS } from '@tidegate/contracts/kernel/field-texts';
import { ownWords } from '@tidegate/contracts/kernel/limits';
import { COMMON_PROBLEMS } from '@tidegate/contracts/kernel/problem';
import { operations } from '@tidegate/contracts/kernel/registry';
import { IntlMessageFormat } from 'intl-messageformat';

const SRC = join(process.cwd(), 'console/src');
const germanOf = (file: string) =>
  JSON.parse(readFileSync(join(SRC, `kernel/${file}.de.json`), 'utf8')) as Record<string, string>;
const [STRINGS, SAID] = [germanOf('strings'), germanOf('said')];
const GERMAN = { ...STRINGS, ...SAID };

/** What is translated where it is written, and the words of tables that are translated where they are shown. */
function strings(): Set<string> {
  const found = new Set<string>();
  for (const path of readdirSync(SRC, { recursive: true, encoding: 'utf8' })) {
    if (!/\.tsx?$/.test(path) || path.includes('.test.')) continue;
    const text = readFileSync(join(SRC, path), 'utf8');
    const add = (one: string | undefined) => one && found.add(one.replaceAll("\\'", "'"));
    for (const [, one] of text.matchAll(/\bt\(\s*'((?:[^'\\]|\\.)*)'/g)) add(one);
    for (const [, one] of text.matchAll(/\b(?:text|title): '((?:[^'\\]|\\.)*)'/g)) add(one);
    for (const [, table = ''] of text.matchAll(
      /const (?:WORDS|KINDS|EACH|FIGURES|TITLES|VARIABLE|STATUSES|PROVIDERS|CHANGES)\b[^=]*= \{([\s\S]*?)\n?\}/g,
    )) {
      for (const [, one] of table.matchAll(/:\s*'([^']+)'/g)) add(one);
    }
  }
  return found;
}

test('every string has a German one', () => {
  expect([...strings()].filter((one) => !(one in GERMAN))).toEqual([]);
});

test('a string stands in one file', () => {
  expect(Object.keys(STRINGS).filter((one) => one in SAID)).toEqual([]);
});

/** As they are written: what the edge alone answers stands in no operation. */
function declaredTitles(): Set<string> {
  const contracts = join(process.cwd(), 'libs/contracts/src');
  const found = new Set<string>();
  for (const path of readdirSync(contracts, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.ts') || path.includes('.test.')) continue;
    const text = readFileSync(join(contracts, path), 'utf8');
    for (const [, title = ''] of text.matchAll(/\b(?:problem|commonProblem)\(\s*'\w+',\s*\d+,\s*'((?:[^'\\]|\\.)*)'/g))
      found.add(title.replaceAll("\\'", "'"));
  }
  return found;
}

test('every refusal that a contract declares has a German title, and so has every role', () => {
  const declared = declaredTitles();
  const thrown = [...operations().flatMap(({ errors }) => [...errors]), ...COMMON_PROBLEMS].map(({ title }) => title);
  expect(thrown.filter((title) => !declared.has(title))).toEqual([]);
  expect([...declared, ...Role.options].filter((one) => !(one in GERMAN))).toEqual([]);
});

test('everything that can be wrong with a field has a German text: of rules by its code, of schemas in their own words', () => {
  const ofRules: readonly string[] = Object.values(FIELD_TEXTS).flat();
  const ofSchemas = operations().flatMap(({ input, http }) => (http ? [...ownWords(input)] : []));
  expect([...new Set([...ofRules, ...ofSchemas])].filter((one) => !(one in GERMAN))).toEqual([]);
});

test('what bots say of themselves has a German text', () => {
  expect(Object.values(WAITING_TEXTS).filter((one) => !(one in GERMAN))).toEqual([]);
});

test('what is counted reads well of one as well', () => {
  const counted =
    /\{(?:calls|count|databases|days|imported|known|members|missing|places|runs|statements|tables|trades)\} [a-z]+s\b/;
  // These are of many, or of a number that is a text.
  const many = new Set([
    '{count} days',
    '{days} days',
    '{total} in {days} days',
    'All {count} bots',
    'All {count} servers',
    'nothing younger than {count} transactions can be frozen',
  ]);
  expect([...strings()].filter((one) => counted.test(one) && !many.has(one))).toEqual([]);
});

/** Also what problems say. */
const everything = (): string[] => {
  const problems = germanOf('problems') as unknown as Record<string, Record<string, string>>;
  return [GERMAN, ...Object.values(problems)].flatMap((texts) => Object.values(texts));
};

test('a German text has one word for one thing', () => {
  const other = {
    'Tarif, not Plan': /\bPläne?\b|\bPlan(s|es)?\b/,
    'Eigentümer, not Inhaber': /Inhaber/,
    'Indizes, not Indexe': /Indexen?\b/,
    'Testphase, not Probezeit': /Probe(zeit)?\b/,
    'E-Mail, not Mail': /(?<![-\w])Mails?\b/,
    'ID, not Id': /\bIds?\b/,
    'Verbrauch, not Nutzung': /Nutzung/,
    'Gewinnmitnahme, not Take-Profit': /Take-Profit/,
    'ausschalten, not abschalten': /[Aa]bschalt|abgeschaltet/,
  };
  for (const [rule, word] of Object.entries(other))
    expect({ rule, texts: everything().filter((text) => word.test(text)) }).toEqual({ rule, texts: [] });
});

test('a translation has the values of its string, and can be read', () => {
  const valuesOf = (message: string) =>
    [...new Set([...message.matchAll(/\{(\w+)[,}]/g)].map(([, name]) => name))].sort();
  for (const [english, german] of Object.entries(GERMAN)) {
    expect(`${english}: ${valuesOf(german)}`).toBe(`${english}: ${valuesOf(english)}`);
    expect(() => [new IntlMessageFormat(english, 'en'), new IntlMessageFormat(german, 'de')]).not.toThrow();
  }
});
