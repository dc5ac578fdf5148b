import { isOutage } from '@tidegate/messaging/errors';

const TRIES = 4;
const PAUSE_MS = 1_000;

/** A replica that stops, or a moment without a connection, does not fail what takes many calls. */
export async function persist<T>(call: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await call();
    } catch (error) {
      if (!isOutage(error) || tried === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
