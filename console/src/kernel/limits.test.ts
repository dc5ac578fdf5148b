import '@tidegate/contracts/all';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { accountsUpdateMe } from '@tidegate/client/generated/limits/identity';
import { incidentsOpen } from '@tidegate/client/generated/limits/operator';
import { limitsOf } from '@tidegate/contracts/kernel/limits';
import { operations } from '@tidegate/contracts/kernel/registry';
import { amountLimits, limits, needed } from './limits.ts';

const SRC = join(process.cwd(), 'console/src');
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path) && !path.includes('.test.'))
  .map((path) => ({ path, text: readFileSync(join(SRC, path), 'utf8') }));

test('an input is given what its field takes', () => {
  expect(limits(incidentsOpen.title)).toEqual({ required: true, maxLength: 120 });
  expect(needed(accountsUpdateMe.name)).toEqual({ required: true, maxLength: 100 });
  expect(limits({ kind: 'integer', required: true, min: 1, max: 9 })).toEqual({
    required: true,
    min: 1,
    max: 9,
    allowDecimal: false,
  });
  expect(amountLimits({ kind: 'integer', min: 1, max: 5_000 }, 2)).toEqual({ min: 0.01, max: 50, decimalScale: 2 });
  // @ts-expect-error: the operation has no such field
  expect(() => limits(incidentsOpen.headline)).toThrow();
});

/** Inputs of what no contract limits, and why. */
const FREE: Record<string, string> = {
  'kernel/confirm.tsx': 'the name of a thing, typed again',
  'kernel/search-box.tsx': 'a search',
  'kernel/data-table.tsx': 'a search',
  'kernel/range-picker.tsx': 'a moment',
  'shell/palette.tsx': 'a search',
  'audit/audit-filter.tsx': 'days',
  'operator/show-costs.tsx': 'a month that is shown',
  'ladder/feed-fields.tsx': 'days, from the first candle to the last',
  'session/log-in.tsx': 'a password of before a limit; and what is loaded first has no limits',
  'session/log-in-again.tsx': 'a password of before a limit',
  'ladder/setting-fields.tsx': 'decimals, of which the contract says what is wrong',
  'sweeps/create-sweep.tsx': 'several decimals in a line, of which the contract says what is wrong',
};

const INPUT = /<(TextInput|Textarea|NumberInput|PasswordInput)\b[\s\S]*?\/>/g;

test('every input has its limits from the contract', () => {
  const without = files.flatMap(({ path, text }) =>
    path in FREE
      ? []
      : [...text.matchAll(INPUT)].flatMap(([input]) => {
          // A helper of the same file may spread them, for several fields at once.
          const helped = /\{\.\.\.(field|text)\(/.test(input) && /\.\.\.limits\(/.test(text);
          const isPort = input.includes("t('Port')");
          const isOfData = /\{\.\.\.\(line\.max/.test(input);
          return helped || isPort || isOfData || /\.\.\.(limits|needed|amountLimits)\(/.test(input)
            ? []
            : [`${path}: ${input}`];
        }),
  );
  expect(without).toEqual([]);
});

test('no limit is written by hand', () => {
  const written = files.flatMap(({ path, text }) =>
    [
      ...text
        .replaceAll(/<(meter|path|svg)\b[\s\S]*?>/g, '')
        .matchAll(/\b(maxLength|minLength|min|max)=(\{[\d._]+\}|"\d+")/g),
    ].map(([found]) => `${path}: ${found}`),
  );
  expect(written).toEqual([]);
});

/** What can be chosen of a field, of each operation. */
const choices = operations()
  .filter(({ http }) => http)
  .flatMap(({ input }) => Object.values(limitsOf(input)))
  .flatMap(({ choices: own, each }) => [own ?? [], each?.choices ?? []])
  .filter(({ length }) => length > 1)
  .map((all) => new Set(all.map(String)));

test('no list of choices is written by hand', () => {
  const isOf = (words: readonly string[]) => choices.some((all) => words.every((word) => all.has(word)));
  // Which columns go from the lowest up is no choice of a field.
  const listsIn = (all: string, text = all.replaceAll(/ascending=\{\[[^\]]*\]\}/g, '')) => [
    ...[...text.matchAll(/\[\s*('[\w-]+'(?:,\s*'[\w-]+')+),?\s*\]/g)].map(([, list = '']) => [
      ...list.matchAll(/'([\w-]+)'/g),
    ]),
    ...[...text.matchAll(/(?:\{ value: '[\w-]+', label: [^}]*\},?\s*){2,}/g)].map(([list]) => [
      ...list.matchAll(/value: '([\w-]+)'/g),
    ]),
  ];
  const written = files.flatMap(({ path, text }) =>
    listsIn(text)
      .map((found) => found.map(([, word = '']) => word))
      .filter(isOf)
      .map((words) => `${path}: ${words.join(', ')}`),
  );
  expect(written).toEqual([]);
});
