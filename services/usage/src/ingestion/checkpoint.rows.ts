import type { Tx } from '@tidegate/database/tx';
import type { Checkpoint } from './checkpoint.rules.ts';

/** How long the lease on the checkpoint lasts after each renewal. */
export const LEASE_SECONDS = 8;
/** The same while no other replica competes for it (`Rivals`). */
export const LONG_LEASE_SECONDS = 90;
/** What a newcomer leaves of a long lease: a live holder learns of the newcomer and renews within a second. */
const SHORTENED_SECONDS = 3;

/**
 * Where to continue, for the one replica that may; undefined while another one counts. A replica on standby shortens a
 * long lease: a live holder renews it in time, a dead one does not.
 */
export async function acquireCheckpoint(tx: Tx, stream: string, holder: string): Promise<Checkpoint | undefined> {
  const row = await tx.one<{ sequence: string; message_at: Date | null }>(
    `with shortened as (
       update ingest_checkpoint set lease_expires_at = now() + make_interval(secs => $4)
        where stream = $1 and holder <> $2 and lease_expires_at > now() + make_interval(secs => $3))
     update ingest_checkpoint set holder = $2, lease_expires_at = now() + make_interval(secs => $3)
      where stream = $1 and (holder = $2 or lease_expires_at < now()) returning sequence, message_at`,
    [stream, holder, LEASE_SECONDS, SHORTENED_SECONDS],
  );
  return row && { sequence: Number(row.sequence), at: row.message_at?.getTime() };
}

/**
 * Renews the lease and advances the checkpoint, never moving it back: what another replica committed in the meantime
 * stays. Returns false when the lease was lost.
 */
export async function saveCheckpoint(
  tx: Tx,
  stream: string,
  holder: string,
  checkpoint: Checkpoint,
  seconds = LEASE_SECONDS,
): Promise<boolean> {
  const row = await tx.one(
    `update ingest_checkpoint
        set lease_expires_at = now() + make_interval(secs => $5), sequence = greatest(sequence, $3::bigint),
            message_at = case when $3::bigint >= sequence then $4::timestamptz else message_at end
      where stream = $1 and holder = $2 returning stream`,
    [stream, holder, checkpoint.sequence, instant(checkpoint.at), seconds],
  );
  return row !== undefined;
}

/** Restarts before the first message of a stream that was replaced. */
export const resetCheckpoint = (tx: Tx, stream: string, holder: string, sequence: number): Promise<unknown> =>
  tx.query('update ingest_checkpoint set sequence = $3, message_at = null where stream = $1 and holder = $2', [
    stream,
    holder,
    sequence,
  ]);

/** Lets another replica continue at once. */
export const releaseCheckpoint = (tx: Tx, stream: string, holder: string): Promise<unknown> =>
  tx.query(
    "update ingest_checkpoint set holder = null, lease_expires_at = '-infinity' where stream = $1 and holder = $2",
    [stream, holder],
  );

const instant = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());
