import { z } from 'zod';
import { FIELD_TEXTS } from './field-texts.ts';
import { faultAt, fieldErrors, invalid } from './problem.ts';

const Form = z.strictObject({
  title: z.string().min(3).max(5),
  count: z.int().min(1).max(9),
  share: z.number().gt(0),
  email: z.email(),
  kind: z.enum(['a', 'b']),
  names: z.array(z.string()).min(1).max(2),
  word: z.string().regex(/^x/, 'a word that begins with x').optional(),
});

const faultsOf = (input: unknown) => fieldErrors(Form.safeParse(input).error as z.ZodError);
const good = { title: 'abc', count: 1, share: 1, email: 'a@example.com', kind: 'a', names: ['a'] };
const fault = (more: object) => faultsOf({ ...good, ...more })[0];

test('what a schema refuses is said in words, with the values in them', () => {
  expect(fault({ title: 'a' })).toEqual({
    field: '/title',
    code: 'too_small',
    message: 'At least 3 characters.',
    params: { minimum: 3 },
  });
  expect(fault({ title: 'abcdef' })).toMatchObject({ message: 'At most 5 characters.', params: { maximum: 5 } });
  expect(fault({ count: 10 })).toMatchObject({ code: 'too_big', message: 'At most 9.', params: { maximum: 9 } });
  expect(fault({ count: 1.5 })).toEqual({
    field: '/count',
    code: 'invalid_type',
    message: 'A whole number is expected.',
  });
  expect(fault({ share: 0 })).toMatchObject({ code: 'too_small', message: 'More than 0.' });
  expect(fault({ email: 'a' })).toMatchObject({
    code: 'invalid_format',
    message: 'An e-mail address, such as name@example.com.',
  });
  expect(fault({ kind: 'c' })).toMatchObject({ code: 'invalid_value', message: 'One of these is expected: a, b.' });
  expect(fault({ names: [] })).toMatchObject({ code: 'too_small', message: 'Choose at least one.' });
  expect(fault({ names: ['a', 'b', 'c'] })).toMatchObject({ message: 'At most 2 of them.' });
  expect(fault({ title: undefined })).toEqual({ field: '/title', code: 'invalid_type', message: 'This is needed.' });
  expect(fault({ other: 1 })).toMatchObject({ field: '/other', code: 'unknown_field' });
});

test('what a contract says in its own words stays so', () => {
  expect(fault({ word: 'y' })).toEqual({
    field: '/word',
    code: 'invalid_format',
    message: 'a word that begins with x',
  });
});

test('a rule says one of the texts of its code, with the values that the text names and no others', () => {
  const given = { sort: 'name', secret: 7n } as unknown as { sort: string };
  const text = FIELD_TEXTS.invalid_cursor[1];
  expect(faultAt('/cursor', 'invalid_cursor', text, given)).toEqual({
    field: '/cursor',
    code: 'invalid_cursor',
    message: 'This cursor is not one of sort=name. Begin with the first page.',
    params: { sort: 'name' },
  });
  // @ts-expect-error: a text of another code
  invalid('/cursor', 'in_the_past', 'Name each add-on once.');
  // @ts-expect-error: a value is missing
  invalid('/cursor', 'invalid_cursor', 'This cursor is not one of sort={sort}. Begin with the first page.');
});
