import { backOff } from '@tidegate/contracts/kernel/back-off';

const AGAIN_MS = 2_000;
const LONGEST_MS = 60_000;

interface Leader {
  /** Until it ends; answers whether it ever was live. */
  follow: () => Promise<boolean>;
  /** What was shown is no longer told when it is old. */
  onEnd: () => void;
  /**
   * Asks for something as the person. A stream has only its cookie: where that is over, nothing else would renew it in a tab that nobody looks
   * at, and whoever has to log in again is asked by this.
   */
  askAsPerson: () => Promise<unknown>;
  rest: (ms: number) => Promise<void>;
}

/**
 * Follows stream after stream. One that was refused is asked for more and more rarely: each refusal counts against everybody behind the same
 * address.
 */
export async function stayLive({ follow, onEnd, askAsPerson, rest }: Leader, signal: AbortSignal): Promise<void> {
  for (let refused = 0; !signal.aborted; ) {
    const wasLive = await follow();
    if (signal.aborted) return;
    onEnd();
    if (wasLive) refused = 0;
    // Why it fails is said where the page reads the same.
    else await askAsPerson().catch(() => undefined);
    await rest(backOff(AGAIN_MS, LONGEST_MS, refused));
    if (!wasLive) refused += 1;
  }
}
