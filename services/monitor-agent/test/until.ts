import { setTimeout } from 'node:timers/promises';

/** Asks again and again until the answer is neither missing nor false. */
export async function until<T>(
  ask: () => Promise<T | undefined | null | false>,
  { withinMs = 5_000 } = {},
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`Not within ${withinMs} ms.`);
    await setTimeout(20);
  }
}
