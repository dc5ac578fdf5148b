import type { Tx } from '@tidegate/database/tx';

export interface Position {
  /** Of the stream. All of the consumer up to it that was sent until then is settled. */
  sequence: number;
  sentAt: number;
}

export async function findPosition(tx: Tx, consumer: string): Promise<Position | undefined> {
  const row = await tx.one<{ sequence: string; sent_at: Date }>(
    'select sequence, sent_at from consumer_positions where consumer = $1',
    [consumer],
  );
  return row && { sequence: Number(row.sequence), sentAt: row.sent_at.getTime() };
}

/** Of several replicas the latest counts. */
export const savePosition = (tx: Tx, consumer: string, { sequence, sentAt }: Position): Promise<unknown> =>
  tx.query(
    `insert into consumer_positions as p (consumer, sequence, sent_at) values ($1, $2, $3)
     on conflict (consumer) do update set sequence = excluded.sequence, sent_at = excluded.sent_at
       where excluded.sent_at >= p.sent_at and (excluded.sequence > p.sequence or excluded.sent_at > p.sent_at)`,
    [consumer, sequence, new Date(sentAt)],
  );
