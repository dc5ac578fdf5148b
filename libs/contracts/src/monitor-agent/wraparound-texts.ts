/** Why transaction ids are not freed, with names and numbers in place of the braces. */
export const WRAPAROUND_TEXTS = {
  session: 'The transaction of session {name} ({state}) is open: end it.',
  sessionIn: 'The transaction of session {name} in {database} ({state}) is open: end it.',
  prepared: 'The prepared transaction {name} was neither committed nor rolled back.',
  preparedIn: 'The prepared transaction {name} in {database} was neither committed nor rolled back.',
  slot: 'The replication slot {name} ({state}) keeps old rows for its receiver. Drop it if nobody needs it.',
  logicalSlot:
    'The logical slot {name} ({state}) keeps old rows of the catalogue until its receiver has moved on. Drop it if nobody needs it.',
  standby: 'A query on the standby {name} holds rows back over hot_standby_feedback: end it there.',
  temporary:
    'Only its own session can vacuum the temporary table {table} in {database}: end that session, or drop the table.',
  switchedOff: 'Autovacuum is switched off for {table} in {database}.',
  off: 'autovacuum is off: it runs only when a table is already overdue.',
  offOldest:
    'autovacuum is off: it runs only when a table is already overdue. The oldest table is {table} in {database}.',
  slow: 'Autovacuum does not keep up with {workers} workers that pause {delay} ms for every {cost} of cost: give it more of them, or less of a pause.',
  slowOldest:
    'Autovacuum does not keep up with {workers} workers that pause {delay} ms for every {cost} of cost: give it more of them, or less of a pause. The oldest table is {table} in {database}.',
} as const;
