import type { Tx } from '@tidegate/database/tx';

/** Numbers of an aggregate's events that a consumer passed because they never arrived. */
export const insertGap = (
  tx: Tx,
  gap: { consumer: string; aggregate: string; from: number; to: number },
): Promise<unknown> =>
  tx.query('insert into inbox_gaps (consumer, aggregate, first, last) values ($1, $2, $3, $4) on conflict do nothing', [
    gap.consumer,
    gap.aggregate,
    gap.from,
    gap.to,
  ]);

/** One of them arrived after all and is stored elsewhere: if it arrives again it is a duplicate. */
export async function closeGap(
  tx: Tx,
  { consumer, aggregate, sequence }: { consumer: string; aggregate: string; sequence: number },
): Promise<void> {
  const gap = await tx.one<{ first: string; last: string }>(
    `delete from inbox_gaps where consumer = $1 and aggregate = $2 and $3::bigint between first and last
     returning first, last`,
    [consumer, aggregate, sequence],
  );
  if (!gap) return;
  const rest = [
    { from: Number(gap.first), to: sequence - 1 },
    { from: sequence + 1, to: Number(gap.last) },
  ];
  for (const { from, to } of rest) if (from <= to) await insertGap(tx, { consumer, aggregate, from, to });
}
