import type { Tx } from '@tidegate/database/tx';

/** The right to count is lost so long after it was last renewed. */
export const HELD_SECONDS = 8;
/** While nobody else is there to take it (`Rivals`). */
export const LONG_HELD_SECONDS = 90;
/** What somebody who comes leaves of a long term: a holder that lives hears of him and renews within a second. */
const LEFT_SECONDS = 3;

/** Every message up to this one is counted. */
export interface Position {
  sequence: number;
  /** When the stream took that message, in epoch milliseconds: what tells it from another one of the same number. */
  at: number | undefined;
}

/**
 * Where to go on, for the one replica that may; undefined while another one counts. Who stands by ends the other's long
 * term: a holder that lives renews it in time, one that died does not.
 */
export async function takePosition(tx: Tx, stream: string, holder: string): Promise<Position | undefined> {
  const row = await tx.one<{ sequence: string; message_at: Date | null }>(
    `with shortened as (
       update ingest_position set held_until = now() + make_interval(secs => $4)
        where stream = $1 and holder <> $2 and held_until > now() + make_interval(secs => $3))
     update ingest_position set holder = $2, held_until = now() + make_interval(secs => $3)
      where stream = $1 and (holder = $2 or held_until < now()) returning sequence, message_at`,
    [stream, holder, HELD_SECONDS, LEFT_SECONDS],
  );
  return row && { sequence: Number(row.sequence), at: row.message_at?.getTime() };
}

/**
 * Renews the right and moves the position on, never back: what another replica committed meanwhile stays. False when
 * the right was lost.
 */
export async function savePosition(
  tx: Tx,
  stream: string,
  holder: string,
  position: Position,
  seconds = HELD_SECONDS,
): Promise<boolean> {
  const row = await tx.one(
    `update ingest_position
        set held_until = now() + make_interval(secs => $5), sequence = greatest(sequence, $3::bigint),
            message_at = case when $3::bigint >= sequence then $4::timestamptz else message_at end
      where stream = $1 and holder = $2 returning stream`,
    [stream, holder, position.sequence, instant(position.at), seconds],
  );
  return row !== undefined;
}

/** Begins anew, before the first message of another stream. */
export const resetPosition = (tx: Tx, stream: string, holder: string, sequence: number): Promise<unknown> =>
  tx.query('update ingest_position set sequence = $3, message_at = null where stream = $1 and holder = $2', [
    stream,
    holder,
    sequence,
  ]);

/** Another replica may go on at once. */
export const releasePosition = (tx: Tx, stream: string, holder: string): Promise<unknown> =>
  tx.query("update ingest_position set holder = null, held_until = '-infinity' where stream = $1 and holder = $2", [
    stream,
    holder,
  ]);

const instant = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());
