import type pg from 'pg';

/** A client's queries one after the other, however many are asked for at once: pg itself will refuse a second one. */
export function inTurns(client: pg.ClientBase) {
  let last: Promise<unknown> = Promise.resolve();
  return <Row extends pg.QueryResultRow>(text: string, params?: unknown[]): Promise<Row[]> => {
    const mine = last.then(async () => (await client.query<Row>(text, params)).rows);
    last = mine.catch(() => undefined);
    return mine;
  };
}
