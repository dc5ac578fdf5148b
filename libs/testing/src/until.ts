import { isOver } from './pace.ts';

/** What takes long is asked about less often: up to so many times the interval, a tenth of what was waited already. */
const SLOWEST = 4;

/** Thrown by a condition that cannot come true any more: it ends the wait. */
export class Hopeless extends Error {}

/**
 * Waits for a condition instead of sleeping: the first answer that is not undefined or false. Throws at the deadline,
 * which is given for an idle machine and stretches on a busy one.
 */
export async function until<T>(
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  {
    withinMs = 10_000,
    everyMs = 25,
    what = 'the condition',
  }: { withinMs?: number; everyMs?: number; what?: string } = {},
): Promise<T> {
  const started = Date.now();
  let last: unknown;
  for (;;) {
    try {
      const answer = await condition();
      if (answer !== undefined && answer !== false) return answer;
      last = undefined;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      last = error;
    }
    if (isOver(withinMs, Date.now() - started)) {
      throw new Error(
        `${what} did not come true within ${Date.now() - started} ms${last ? `: ${(last as Error).message}` : ''}`,
      );
    }
    const pauseMs = Math.min(Math.max(everyMs, (Date.now() - started) / 10), everyMs * SLOWEST);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
