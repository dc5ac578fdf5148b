import { LONG } from '@tidegate/testing/long';

/** `npm run test:long` tries as many random settings as prove something; `npm test` tries enough to see what broke. */
export const runs = (long: number, part = 8): number => (LONG ? long : Math.ceil(long / part));
/** How much must have been tried at the least, of what the long form is sure to try so often. */
export const enough = (long: number): number => (LONG ? long : Math.max(1, Math.floor(long / 40)));
