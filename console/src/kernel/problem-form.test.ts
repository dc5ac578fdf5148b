import { TidegateProblem } from '@tidegate/client';
import { fieldErrors, restOf } from './problem-form.ts';

const invalid = new TidegateProblem({
  code: 'validation_failed',
  status: 422,
  errors: [
    { field: '/settings/averagingOrders/count', message: 'At most 100' },
    { field: '/settings/averagingOrders/count', message: 'A whole number' },
    { field: '/name', message: 'Say one' },
  ],
});

test('each fault stands at its field, the first of several', () => {
  const errors = fieldErrors(invalid);
  expect(errors).toEqual({ 'settings.averagingOrders.count': 'At most 100', name: 'Say one' });
  expect(restOf(invalid, errors)).toBeUndefined();
});

test('a problem that belongs to a field is shown there, any other one above the form', () => {
  const taken = new TidegateProblem({ code: 'server_name_taken', status: 409, detail: 'Choose another name' });
  expect(fieldErrors(taken, { server_name_taken: 'name' })).toEqual({ name: 'Choose another name' });
  expect(fieldErrors(taken)).toEqual({});
  expect(restOf(taken, {})).toBe(taken);
  expect(fieldErrors(new Error('no network'))).toEqual({});
});

test('what is wrong with a field that the form does not have is shown above it', () => {
  expect(fieldErrors(invalid, {}, ['name'])).toEqual({ name: 'Say one' });
  const errors = fieldErrors(invalid, {}, ['email']);
  expect(errors).toEqual({});
  expect(restOf(invalid, errors)).toBe(invalid);
  const taken = new TidegateProblem({ code: 'email_taken', status: 409, detail: 'Log in' });
  expect(restOf(taken, fieldErrors(taken, { email_taken: 'email' }, ['password']))).toBe(taken);
});
