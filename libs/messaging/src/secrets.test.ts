import '@tidegate/contracts/all';
import { operations } from '@tidegate/contracts/kernel/registry';
import { secret } from '@tidegate/contracts/kernel/types';
import { z } from 'zod';
import { checkSecrets, hasSecrets, mapSecrets } from './secrets.ts';

const hide = (schema: z.ZodType, value: unknown) => mapSecrets(schema, value, () => '*');
const word = () => secret(z.string());

test('in every contract all secrets can be found', () => {
  for (const operation of operations()) expect(() => checkSecrets(operation)).not.toThrow();
});

test('secrets are found through objects, lists, optional fields, discriminated unions and descriptions', () => {
  const one = z.object({ kind: z.literal('one'), a: word().optional() });
  const two = z.object({ kind: z.literal('two'), b: word().meta({ description: 'given afterwards' }) });
  const schema = z.object({ list: z.array(z.discriminatedUnion('kind', [one, two])), plain: z.string() });
  expect(
    hide(schema, {
      list: [
        { kind: 'one', a: 'x' },
        { kind: 'two', b: 'y' },
      ],
      plain: 'z',
    }),
  ).toEqual({
    list: [
      { kind: 'one', a: '*' },
      { kind: 'two', b: '*' },
    ],
    plain: 'z',
  });
});

test.each<[string, z.ZodType]>([
  ['a record', z.record(z.string(), word())],
  ['a tuple', z.tuple([z.string(), word()])],
  ['a lazy schema', z.lazy(() => z.object({ a: word() }))],
  ['an intersection', z.object({ a: word() }).and(z.object({ b: z.string() }))],
  ['what is piped into', z.preprocess((value) => value, z.object({ a: word() }))],
  ['unknown fields', z.object({}).catchall(word())],
  ['a union without a literal', z.union([z.object({ a: word() }), z.object({ b: word() })])],
  ['a map', z.map(z.string(), word())],
  ['a set', z.set(word())],
  ['a promise', z.promise(word())],
  ['deep inside', z.object({ a: z.array(z.object({ b: z.record(z.string(), word()).optional() })) })],
])('a secret in %s is refused, each time', (_where, schema) => {
  expect(() => hasSecrets(schema)).toThrow(/secret/);
  expect(() => hasSecrets(schema)).toThrow(/secret/);
});
