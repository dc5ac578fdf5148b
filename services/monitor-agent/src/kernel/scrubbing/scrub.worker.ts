import { answerTasks } from '@tidegate/runtime/worker-side';
import { loadModule } from 'libpg-query';
import { fingerprintOf } from './fingerprint.ts';
import { scrubScanned } from './scan-tokens.ts';
import type { ScrubbedText } from './scrub-text.rules.ts';

export interface ScrubTask {
  texts: readonly string[];
  /** `typed`: as somebody wrote them; `scrubbed`: by us, in the past. */
  as: 'typed' | 'scrubbed';
  fingerprints: boolean;
}

export interface WorkedText extends ScrubbedText {
  /** Of whole texts only, where it was asked for and PostgreSQL's grammar takes the text. */
  fingerprint: string | undefined;
}

/** What came of the texts, and how long that took. */
export interface WorkedBatch {
  texts: WorkedText[];
  ms: number;
}

await loadModule();

answerTasks(({ texts, as, fingerprints }: ScrubTask): WorkedBatch => {
  const began = performance.now();
  try {
    const worked = texts.map((given) => {
      const scrubbed = as === 'typed' ? scrubScanned(given) : { text: given, truncated: false };
      return {
        ...scrubbed,
        fingerprint: fingerprints && !scrubbed.truncated ? fingerprintOf(scrubbed.text) : undefined,
      };
    });
    return { texts: worked, ms: performance.now() - began };
  } catch (error) {
    // The parser broke down (see refused.ts) and what it left in its memory is not to be trusted: a new thread starts.
    setImmediate(() => process.exit(1));
    throw error;
  }
});
