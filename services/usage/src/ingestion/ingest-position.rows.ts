import type { Tx } from '@tidegate/database/tx';

/** The right to count is lost so long after it was last renewed. */
export const HELD_SECONDS = 5;

export interface Position {
  streamCreated: string;
  /** Every message up to this one is counted. */
  sequence: number;
}

/** Where to go on, for the one replica that may; undefined while another one counts. */
export async function takePosition(tx: Tx, stream: string, holder: string): Promise<Position | undefined> {
  const row = await tx.one<{ stream_created: string; sequence: string }>(
    `update ingest_position set holder = $2, held_until = now() + make_interval(secs => $3)
      where stream = $1 and (holder = $2 or held_until < now()) returning stream_created, sequence`,
    [stream, holder, HELD_SECONDS],
  );
  return row && { streamCreated: row.stream_created, sequence: Number(row.sequence) };
}

/**
 * Renews the right and moves the position on, never back on the same stream: what another replica committed
 * meanwhile stays. False when the right was lost.
 */
export async function savePosition(tx: Tx, stream: string, holder: string, position: Position): Promise<boolean> {
  const row = await tx.one(
    `update ingest_position
        set held_until = now() + make_interval(secs => $5), stream_created = $3,
            sequence = case when stream_created = $3 then greatest(sequence, $4) else $4 end
      where stream = $1 and holder = $2 returning stream`,
    [stream, holder, position.streamCreated, position.sequence, HELD_SECONDS],
  );
  return row !== undefined;
}

/** Another replica may go on at once. */
export const releasePosition = (tx: Tx, stream: string, holder: string): Promise<unknown> =>
  tx.query("update ingest_position set holder = null, held_until = '-infinity' where stream = $1 and holder = $2", [
    stream,
    holder,
  ]);
