/** pg_stat_statements has one row for each of these. */
export interface StatementKey {
  dbid: number;
  userid: number;
  /** 64 bits with a sign, more than a number holds. */
  queryid: string;
  toplevel: boolean;
}

export const statementKey = (dbid: number, userid: number, queryid: string, toplevel: boolean): string =>
  `${dbid}/${userid}/${queryid}/${toplevel ? 't' : 'f'}`;

export function parseKey(key: string): StatementKey {
  const [dbid, userid, queryid = '', toplevel] = key.split('/');
  return { dbid: Number(dbid), userid: Number(userid), queryid, toplevel: toplevel === 't' };
}
