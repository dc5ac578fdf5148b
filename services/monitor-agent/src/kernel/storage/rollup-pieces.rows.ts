/**
 * The rows `s` of a table of sums that lie in the pieces of a range, for FROM. $1 is the organisation and $2 the server;
 * from parameter `first` on stand the units of the pieces, where they start, and where they stop. Piece by piece from the
 * index (`offset 0`): as a join, all hours of the server would be read for the few of the ends.
 */
export const inPieces = (table: string, first: number): string => `
  unnest($${first}::text[], $${first + 1}::timestamptz[], $${first + 2}::timestamptz[]) as piece(unit, start, stop), lateral (
    select * from ${table} r where r.org_id = $1 and r.server_id = $2 and r.unit = piece.unit
       and r.begins_at >= piece.start and r.begins_at < piece.stop offset 0) s`;
