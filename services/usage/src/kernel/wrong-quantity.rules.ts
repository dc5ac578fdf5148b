import { invalid, type ProblemError } from '@tidegate/contracts/kernel/problem';
import { MAX_QUANTITY } from '@tidegate/contracts/usage/event';

/** What a quantity of a meter may be, where another was sent. `fromZero`: of a value, which may be 0. */
export function notFitting(field: string, decimals: number, fromZero = false): ProblemError {
  const most = MAX_QUANTITY;
  if (decimals === 0) {
    return fromZero
      ? invalid(field, 'not_fitting', 'Write a whole number from 0 to {most}.', { most })
      : invalid(field, 'not_fitting', 'Write a whole number up to {most}, above 0.', { most });
  }
  const values = { most, decimals };
  return fromZero
    ? invalid(
        field,
        'not_fitting',
        'Write a number from 0 to {most} with at most {decimals} digits behind the point.',
        values,
      )
    : invalid(
        field,
        'not_fitting',
        'Write a number up to {most} with at most {decimals} digits behind the point, above 0.',
        values,
      );
}
