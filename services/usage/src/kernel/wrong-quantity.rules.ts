import { invalid, type ProblemError } from '@tidegate/contracts/kernel/problem';
import { MAX_QUANTITY } from '@tidegate/contracts/usage/event';

/** What a quantity of a meter may be, where another was sent. */
export const notFitting = (field: string, decimals: number): ProblemError =>
  decimals === 0
    ? invalid(field, 'not_fitting', 'Write a whole number up to {most}, above 0.', { most: MAX_QUANTITY })
    : invalid(
        field,
        'not_fitting',
        'Write a number up to {most} with at most {decimals} digits behind the point, above 0.',
        { most: MAX_QUANTITY, decimals },
      );
