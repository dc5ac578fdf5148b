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

test.each([
  ['{"a":"\\u0000"}', 'invalid_text', '/a'],
  ['[{"a":["\\ud800"]}]', 'invalid_text', '/0/a/0'],
  ['{"a":"\ud800"}', 'invalid_text', '/a'],
  ['{"b":{"\\u005f_proto__":1}}', 'forbidden_key', '/b/__proto__'],
  ['{"constructor":1}', 'forbidden_key', '/constructor'],
  ['{"b":[{"prototype":1}]}', 'forbidden_key', '/b/0/prototype'],
])('%s is refused as %s', (text, code, field) => {
  expect(() => parseJsonBody(text, text.startsWith('[') ? 'array' : 'object')).toThrow(
    expect.objectContaining({ data: expect.objectContaining({ errors: [expect.objectContaining({ field, code })] }) }),
  );
});

test('nesting beyond any contract is refused, with and without anything suspicious in the text', () => {
  const nested = (levels: number, inner: string) => `${'{"a":'.repeat(levels)}${inner}${'}'.repeat(levels)}`;
  for (const inner of ['1', '"\\u0041"']) {
    expect(parseJsonBody(nested(32, inner))).toBeDefined();
    expect(() => parseJsonBody(nested(33, inner))).toThrow(expect.objectContaining({ code: 'malformed_body' }));
  }
});
