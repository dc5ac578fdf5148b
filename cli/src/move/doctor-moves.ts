import { STORING_SERVICES, type StoringService } from '@tidegate/contracts/kernel/service-names';
import { schemaOf } from '@tidegate/runtime/service';
import { type Finding, fine, type Installation, problem } from '../doctor-checks.ts';
import { isThere, withClient } from '../kernel/with-client.ts';
import { runningAdminUrl } from '../versions.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Each has its line; of more only how many. */
const MOST_LINES = 5;

/** A mark in one service; those of what was removed, or is back in use, are left out. */
export interface Mark {
  service: StoringService;
  orgId: string;
  state: 'frozen' | 'arriving';
  since: Date;
}

/** Organisations that nobody can write for, because they are being moved: one that nobody ends has customers who get 503. */
export async function moves({ env, dataDir }: Installation): Promise<Finding[]> {
  const url = await runningAdminUrl(dataDir, env);
  // That it does not answer is another check's finding.
  const marks = url ? await readMarks(url).catch(() => []) : [];
  return judgeMoves(marks, Date.now());
}

/** A move takes minutes, or a day with a transfer by hand. Afterwards, and where services differ, somebody has to go on. */
export function judgeMoves(marks: readonly Mark[], now: number): Finding[] {
  const found = [...Map.groupBy(marks, ({ orgId }) => orgId)]
    .map(([orgId, own]) => ({ orgId, own, since: Math.min(...own.map(({ since }) => since.getTime())) }))
    .toSorted((a, b) => a.since - b.since);
  const lines = found.slice(0, MOST_LINES).map((one) => judge(one, now));
  const more = found.length - lines.length;
  if (more <= 0) return lines;
  const what = `${found.length} organisations are frozen or arriving, ${more} of them not listed here`;
  return [...lines, problem('moves', 'more_moves', what, 'deal with those above, then ask again')];
}

function judge({ orgId, own, since }: { orgId: string; own: readonly Mark[]; since: number }, now: number): Finding {
  const at = `since ${new Date(since).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const isHalf = own.length < STORING_SERVICES.length;
  if (own.some(({ state }) => state === 'arriving')) {
    const what = `organisation ${orgId} has been arriving ${at}, and nobody can use it`;
    if (now - since < HOUR_MS) return fine('moves', what);
    return problem('moves', 'move_interrupted', what, 'npx tidegate organisations import, of the same file');
  }
  const back = `npx tidegate organisations thaw ${orgId}`;
  if (isHalf && now - since > HOUR_MS) {
    const what = `organisation ${orgId} is frozen in ${own.map(({ service }) => service).join(', ')} only, ${at}`;
    return problem('moves', 'freeze_interrupted', what, `${back}, or its export with --freeze again`);
  }
  const what = `organisation ${orgId} is frozen by a move ${at}: its customers read, and what they change is answered 503`;
  const gone = `npx tidegate organisations remove ${orgId} once it works elsewhere`;
  if (now - since < DAY_MS) return fine('moves', `${what} (${back} if it stays, ${gone})`);
  return problem('moves', 'organisation_frozen', what, `${back} if it stays; ${gone}`);
}

const readMarks = (connectionString: string): Promise<Mark[]> =>
  withClient({ connectionString }, async (client) => {
    const marks: Mark[] = [];
    for (const service of STORING_SERVICES) {
      const table = `${schemaOf(service)}.moving_organisations`;
      if (!(await isThere(client, table))) continue;
      const { rows } = await client.query<{ org_id: string; state: Mark['state']; since: Date }>(
        `select m.org_id, m.state, m.since from ${table} m
          where m.state <> 'arrived'
            and not exists (select from ${schemaOf(service)}.deleted_organisations d where d.org_id = m.org_id)`,
      );
      marks.push(...rows.map(({ org_id: orgId, state, since }) => ({ service, orgId, state, since })));
    }
    return marks;
  });
