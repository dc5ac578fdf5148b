import { isOutage, isRetryable } from '@tidegate/messaging/errors';

const RETRY_MS = 500;

/** The failure has passing causes, so a retry is right. */
export const isPassing = (error: unknown): boolean => isOutage(error) || isRetryable(error);

/** Retries until it works: for what must not be lost to a broken connection. */
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
