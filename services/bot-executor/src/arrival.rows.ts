import type { Arrival } from '@tidegate/runtime/service';

/** Where they come from they may still be running: two of one account would trade against each other. */
const MOVED = `jsonb_build_object('reason', 'moved', 'message',
  'Its organisation was moved here from another installation. Start it once you know that it does not run there any more.',
  'at', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`;
const RUNS = "r.status in ('running', 'stopping')";

export const arrival: Arrival = {
  instead: {
    bots: {
      status: `case when ${RUNS} then 'halted' else r.status end`,
      halted: `case when ${RUNS} then ${MOVED} else r.halted end`,
      waiting: `case when ${RUNS} then null else r.waiting end`,
    },
    work_queue: { fence: '0', tries: '0', expires_at: "'-infinity'" },
  },
  after: 'delete from bot_leases where org_id = $1',
};
