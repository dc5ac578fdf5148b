import fc from 'fast-check';
import { parseJsonBody } from './json-body.ts';
import { countMembers, findRepeatedKey } from './json-keys.rules.ts';

const membersOf = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value).reduce((sum: number, one) => sum + membersOf(one), 0);
  return inner + (Array.isArray(value) ? 0 : Object.keys(value).length);
};

test('any JSON has as many members as its value has keys, and no key twice', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, space) => {
      const text = JSON.stringify(value, undefined, space);
      expect(countMembers(text)).toBe(membersOf(JSON.parse(text)));
      expect(findRepeatedKey(text)).toBe('');
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['{"a":1,"a":2}', '/a'],
  ['{"a":{"b":[{"c":1},{"d":1,"e":2,"d":3}]}}', '/a/b/1/d'],
  ['{"a":1,"\\u0061":2}', '/a'],
  ['{"x":":\\"{","a\\\\":1,"a\\\\":2}', '/a\\'],
  ['{"__proto":1,"y":{"z":1,"z":{"z":1}}}', '/y/z'],
])('%s is refused at %s', (text, field) => {
  expect(() => parseJsonBody(text)).toThrow(
    expect.objectContaining({
      code: 'validation_failed',
      data: expect.objectContaining({ errors: [expect.objectContaining({ field, code: 'given_twice' })] }),
    }),
  );
});

test('the same key in different objects, and colons in strings, are fine', () => {
  expect(parseJsonBody('{"a":{"a":[{"a":1},{"a":":"}]},"b":"a:b"}')).toMatchObject({ b: 'a:b' });
});
