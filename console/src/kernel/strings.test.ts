import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';

const SRC = join(process.cwd(), 'console/src');
const GERMAN = JSON.parse(readFileSync(join(SRC, 'kernel/strings.de.json'), 'utf8')) as Record<string, string>;

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
      for (const [, one] of table.matchAll(/: '([^']+)'/g)) add(one);
    }
  }
  return found;
}

test('every string has a German one', () => {
  expect([...strings()].filter((one) => !(one in GERMAN))).toEqual([]);
});

test('a translation has the values of its string, and can be read', () => {
  const valuesOf = (message: string) =>
    [...new Set([...message.matchAll(/\{(\w+)[,}]/g)].map(([, name]) => name))].sort();
  for (const [english, german] of Object.entries(GERMAN)) {
    expect(`${english}: ${valuesOf(german)}`).toBe(`${english}: ${valuesOf(english)}`);
    expect(() => [new IntlMessageFormat(english, 'en'), new IntlMessageFormat(german, 'de')]).not.toThrow();
  }
});
