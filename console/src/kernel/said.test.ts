import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filled } from '@tidegate/contracts/kernel/fill-text';
import { CONNECTION_TEXTS } from '@tidegate/contracts/monitor-agent/connection-texts';
import { chooseLocale, unchooseLocale } from '../../test/choose-locale.ts';
import { CHECKS, SAID } from './said.ts';
import { saidText } from './said-text.ts';

const ROOT = process.cwd();
const GERMAN = JSON.parse(readFileSync(join(ROOT, 'console/src/kernel/said.de.json'), 'utf8')) as Record<
  string,
  string
>;

afterEach(unchooseLocale);

test('everything that a server’s test, a connection and a finding say has a German text', () => {
  expect(SAID.filter((one) => !(one in GERMAN))).toEqual([]);
});

test('a server’s test still says what is translated', () => {
  const folder = join(ROOT, 'services/monitor-agent/src/servers/report');
  const bare = (text: string) => text.replaceAll(/\$\{[^{}]*\}|\{\w+\}/g, '{}');
  const source = bare(
    readdirSync(folder)
      .filter((name) => !name.includes('.test.'))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('\n'),
  );
  // Some are put together of two sentences.
  const beginning = (text: string) => (bare(text).split(/(?<=[.:]) /)[0] ?? '').slice(0, 60);
  expect(CHECKS.filter((text) => !source.includes(beginning(text)) && !/^\{name\}/.test(text))).toEqual([]);
});

test('in German names and numbers stand where they belong; in English everything stays', async () => {
  const said = filled(CONNECTION_TEXTS.connection_refused, { host: 'db.example.com', port: 5432 });
  expect(saidText(said)).toBe(said);
  await chooseLocale('de');
  expect(saidText(said)).toMatch(/db\.example\.com.*5432/);
  expect(saidText(said)).not.toContain('Nothing answers');
  expect(saidText('track_io_timing is off: times of reads and writes are unknown.')).toMatch(
    /^track_io_timing ist aus/,
  );
  expect(saidText('What nobody has said before.')).toBe('What nobody has said before.');
});
