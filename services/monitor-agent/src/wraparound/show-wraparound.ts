import { Controller } from '@nestjs/common';
import { showWraparound } from '@tidegate/contracts/monitor-agent/wraparound';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { requireServer } from '../servers/require-server.ts';
import { agedTables, lastWraparound } from './wraparound.rows.ts';
import { causeOf, levelOf, paceOf, worst, wraparoundAge } from './wraparound.rules.ts';

@Controller()
export class ShowWraparound {
  @Handles(showWraparound)
  async handle({ input, tx }: OperationContext<typeof showWraparound>) {
    await requireServer(tx, input.serverId);
    const last = await lastWraparound(tx, input.serverId);
    if (!last) return NOTHING_YET;
    const { counters, before, snapshot } = last;
    const { settings, holders } = snapshot;
    const pace = paceOf(before, counters);
    const databases = snapshot.databases.map(({ name, xidAge, multixactAge }) => ({
      database: name,
      level: worst([
        levelOf(xidAge, settings.freezeMaxAge, settings.failsafeAge),
        levelOf(multixactAge, settings.multixactFreezeMaxAge, settings.multixactFailsafeAge),
      ]),
      xids: wraparoundAge(xidAge, pace.xidsPerDay),
      multixacts: wraparoundAge(multixactAge, pace.multixactsPerDay),
    }));
    const tables = await agedTables(tx, input.serverId, snapshot.databases);
    const oldest = {
      xidAge: Math.max(0, ...snapshot.databases.map(({ xidAge }) => xidAge)),
      multixactAge: Math.max(0, ...snapshot.databases.map(({ multixactAge }) => multixactAge)),
    };
    return {
      at: new Date(counters.takenAt).toISOString(),
      level: worst(databases.map(({ level }) => level)),
      cause: causeOf(oldest, holders, tables, settings),
      pace,
      databases,
      tables,
      holders,
      settings,
    };
  }
}

const NOTHING_YET = {
  at: null,
  level: 'normal' as const,
  cause: null,
  pace: { xidsPerDay: null, multixactsPerDay: null, overSeconds: 0 },
  databases: [],
  tables: [],
  holders: [],
  settings: null,
};
