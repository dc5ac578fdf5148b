import { isOver } from './pace.ts';

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
      last = error;
    }
    if (isOver(withinMs, Date.now() - started)) {
      throw new Error(
        `${what} did not come true within ${Date.now() - started} ms${last ? `: ${(last as Error).message}` : ''}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
