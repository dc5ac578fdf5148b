import { z } from 'zod';
import { reasonText } from './errors.ts';
import { faultsOf, wordsOf } from './letter-words.rules.ts';

const Schema = z.strictObject({ name: z.string(), at: z.object({ hour: z.int().max(23) }) });
const thrown = (value: unknown) => reasonText(Schema.safeParse(value).error);

test('what a schema found is said field by field, in the words of a refused request', () => {
  const text = thrown({ name: 7, at: { hour: 24 }, 'a/b': 1 });
  expect(faultsOf(text).map(({ field, code }) => [field, code])).toEqual([
    ['/name', 'invalid_type'],
    ['/at/hour', 'too_big'],
    ['/a~1b', 'unknown_field'],
  ]);
  expect(wordsOf(text)).toMatch(
    /^\/name: \S.*\. \/at\/hour: \S.*23.*\. \/a~1b: This field does not exist\. Remove it\.$/,
  );
});

test('the event as a whole has a place too', () => {
  expect(wordsOf(thrown('no object'))).toMatch(/^\/: /);
});

test.each([
  'Error: the disk was full',
  'ZodError: [not json]',
  'ZodError: [1, 2]',
  'ZodError: [{"code":"too_big"}]',
  '',
])('%s stays as it was thrown', (text) => {
  expect(faultsOf(text)).toEqual([]);
  expect(wordsOf(text)).toBe(text);
});
