import { isOutage, isRetryable } from '@tidegate/messaging/errors';

const RETRY_MS = 500;

/** The work itself was not judged: trying again is right. */
export const isPassing = (error: unknown): boolean => isOutage(error) || isRetryable(error);

/** Until it works: for what must not be lost to a connection that breaks. */
export async function afterOutage<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || !isPassing(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
