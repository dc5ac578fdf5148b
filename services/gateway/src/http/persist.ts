import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { isOutage } from '@tidegate/messaging/errors';

const TRIES = 4;
const PAUSE_MS = 1_000;
/** A longer one is for whoever sent the request. */
const LONGEST_MS = 4_000;

/** A replica that stops, a moment without a connection, or one with too much work does not fail what takes many calls. */
export async function persist<T>(call: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await call();
    } catch (error) {
      if (!isOutage(error) || tried === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs(error)));
    }
  }
}

function pauseMs(error: unknown): number {
  const said = error instanceof ProblemError ? Number(error.data['retryAfterSeconds']) * 1_000 : Number.NaN;
  return said > 0 ? Math.min(said, LONGEST_MS) : PAUSE_MS;
}
