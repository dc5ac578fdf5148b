import type { Tx } from '@tidegate/database/tx';

export async function readPlace(tx: Tx, name: string): Promise<Date | undefined> {
  return (await tx.one<{ at: Date }>('select at from stripe_cursors where name = $1', [name]))?.at;
}

/** Never backwards: of two replicas the one that came further counts. */
export async function savePlace(tx: Tx, name: string, at: Date): Promise<void> {
  await tx.query(
    `insert into stripe_cursors (name, at) values ($1, $2)
     on conflict (name) do update set at = greatest(stripe_cursors.at, excluded.at)`,
    [name, at],
  );
}
