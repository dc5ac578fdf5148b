import { z } from 'zod';

/** A whole number of any size, stored as text. */
export const Big = z
  .string()
  .regex(/^-?\d+$/)
  .transform(BigInt);
