import { type ProblemError, unavailable } from '@tidegate/contracts/kernel/problem';

/** To an organisation itself, which exists although its event has not arrived here: within a second it will have. */
export const beingSetUp = (): ProblemError =>
  unavailable({ retryAfterSeconds: 1 }, 'The plan of this new organisation is being set up.');
