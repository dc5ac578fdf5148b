import type { Tx } from '@tidegate/database/tx';
import { markHashed, storeRehashed, wholeTextsAfter } from './query-key.rows.ts';

export type RunInTx = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

export interface Fingerprinter {
  version: number;
  fingerprints(texts: readonly string[]): Promise<(string | undefined)[]>;
}

const PAGE = 1_000;

/**
 * Hashes the stored texts of a server with another version of the parser, page by page, so that queries keep our keys.
 * What was interrupted restarts: doing it twice changes nothing.
 */
export async function rehashStatements(run: RunInTx, serverId: string, parser: Fingerprinter): Promise<void> {
  for (let after = '0'; ; ) {
    const page = await run((tx) => wholeTextsAfter(tx, serverId, after, PAGE));
    const last = page.at(-1);
    if (!last) break;
    const fingerprints = await parser.fingerprints(page.map(({ text }) => text));
    const hashed = page.flatMap((stored, index) => {
      const fingerprint = fingerprints[index];
      return fingerprint === undefined ? [] : [{ ...stored, fingerprint }];
    });
    await run((tx) => storeRehashed(tx, serverId, parser.version, hashed));
    after = last.statementId;
  }
  await run((tx) => markHashed(tx, serverId, parser.version));
}
