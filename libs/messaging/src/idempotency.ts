import { createHash } from 'node:crypto';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { alreadyDone, idempotencyKeyReused } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { findKey, insertKey, setOutput } from './idempotency-key.rows.ts';
import { hasSecrets, mapSecrets } from './secrets.ts';

/*
 * The key is a row in the transaction of the change itself: the change and its record are one commit, whatever dies in
 * between. A second request with the same key waits for the row of the first, then answers the same. A failed request
 * leaves no row, so it may be retried. Keys expire after a day.
 */
export async function claimKey(
  tx: Tx,
  operation: Operation,
  key: string,
  input: unknown,
): Promise<{ replay: unknown } | undefined> {
  const claimed = await insertKey(tx, { key, operation: operation.name, inputHash: hashOf(operation, input) });
  return claimed ? undefined : recallAnswer(tx, operation, key, input);
}

/** The answer to the request with this key, if one succeeded. */
export async function recallAnswer(
  tx: Tx,
  operation: Operation,
  key: string,
  input: unknown,
): Promise<{ replay: unknown } | undefined> {
  const first = await findKey(tx, key);
  if (!first) return undefined;
  if (first.operation !== operation.name || first.input_hash !== hashOf(operation, input)) {
    throw idempotencyKeyReused({}, 'Use a new key for another request; the same key repeats the first one.');
  }
  if (first.output === null) {
    throw alreadyDone({}, 'The first request succeeded; its answer contained a secret that is shown only once.');
  }
  return { replay: JSON.parse(first.output) };
}

/** Without the secrets: a hash of a weak password could be guessed. */
function hashOf(operation: Operation, input: unknown): string {
  const shown = mapSecrets(operation.input, input, () => '');
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64');
}

export async function rememberOutput(tx: Tx, operation: Operation, key: string, output: unknown): Promise<void> {
  if (hasSecrets(operation.output)) {
    // A handler without queries has not claimed the key yet: a query does.
    await tx.query('select');
    return;
  }
  await setOutput(tx, key, JSON.stringify(output));
}
