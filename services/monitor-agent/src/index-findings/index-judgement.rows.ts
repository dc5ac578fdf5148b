import type { Tx } from '@tidegate/database/tx';

/** Servers that were collected from since their indexes were judged, and were not judged after `before`. */
export const serversToJudge = async (tx: Tx, before: Date): Promise<string[]> =>
  (
    await tx.query<{ id: string }>(
      `select s.id from servers s left join index_judgements j on j.org_id = $1 and j.server_id = s.id
        where s.org_id = $1 and s.removed_at is null and s.last_collected_at is not null
          and (j.judged_at is null or (j.judged_at < $2 and j.judged_at < s.last_collected_at))
        order by s.id`,
      [tx.orgId, before],
    )
  ).map(({ id }) => id);

/**
 * What was found the last time, and how the server is called; locked, so that of two replicas one judges. undefined where
 * another one does or has just done it, and of a server that was removed.
 */
export const lockJudgement = async (
  tx: Tx,
  serverId: string,
  before: Date,
): Promise<{ name: string; known: string[] } | undefined> => {
  await tx.query(
    `insert into index_judgements (org_id, server_id, judged_at)
     select org_id, id, '-infinity' from servers where org_id = $1 and id = $2 and removed_at is null
     on conflict do nothing`,
    [tx.orgId, serverId],
  );
  return tx.one<{ name: string; known: string[] }>(
    `select s.name, j.known from index_judgements j join servers s on s.org_id = $1 and s.id = $2
      where j.org_id = $1 and j.server_id = $2 and j.judged_at < $3 and s.removed_at is null
        for update of j skip locked`,
    [tx.orgId, serverId, before],
  );
};

/** `known` undefined: the same as before. */
export const storeJudgement = (tx: Tx, serverId: string, at: Date, known: string[] | undefined): Promise<unknown> =>
  tx.query(
    `update index_judgements set judged_at = $3, known = coalesce($4::text[], known)
      where org_id = $1 and server_id = $2`,
    [tx.orgId, serverId, at, known ?? null],
  );
