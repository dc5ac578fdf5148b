import { Controller } from '@nestjs/common';
import { demoFill, demoRange } from '@tidegate/contracts/kernel/demo';
import { DAY_MS } from '@tidegate/contracts/kernel/demo-shape';
import type { Output } from '@tidegate/contracts/kernel/operation';
import { ensureDays, ensureMonths } from '@tidegate/database/partitions';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { SAMPLE_TABLES } from '../retention/retention.rows.ts';
import { HOUR_CHUNKS, SERIES_TABLES } from '../series/rollup.rows.ts';
import { ServerSecrets } from '../servers/server-secrets.ts';
import { clearOutside } from './demo.rows.ts';
import { FLEET } from './fleet.ts';
import { clearKnown } from './known.rows.ts';
import { writeDay } from './write-day.ts';
import { idsOf, serverIdOf, writeServer } from './write-server.ts';

/**
 * Servers without a lease, which no collector ever claims, and what one would have stored of them. The first part makes room, then
 * each is what is known of a server, and each other one a day of one, so that none keeps the event loop for long.
 */
@Controller()
export class FillDemo {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly entitlements: Entitlements,
    private readonly secrets: ServerSecrets,
  ) {}

  @Handles(demoFill['monitor-agent'])
  async handle({
    input,
    tx,
  }: OperationContext<(typeof demoFill)['monitor-agent']>): Promise<Output<(typeof demoFill)['monitor-agent']>> {
    const { from, until, back } = demoRange(input);
    // In transactions of their own, before ours has begun.
    if (input.part === 0) await this.makeRoom(from, until, back);
    const { orgId } = await this.entitlements.requireDemo(tx);
    const servers = FLEET.map((server, place) => ({ server, serverId: serverIdOf(orgId, server, place) }));
    if (input.part === 0) {
      await clearKnown(tx);
      await clearOutside(tx, new Date(from), new Date(until));
      return { next: 1, written: {} };
    }
    const known = servers[input.part - 1];
    if (known) {
      await writeServer(tx, this.secrets, known.serverId, known.server, { from, until });
      return { next: input.part + 1, written: { servers: 1 } };
    }
    const days = daysOf(from, until);
    const place = input.part - 1 - servers.length;
    const [day, one] = [days[Math.floor(place / servers.length)], servers[place % servers.length]];
    if (!day || !one) return { next: null, written: {} };
    const { server, serverId } = one;
    const minutes = await writeDay(tx, serverId, server, await idsOf(tx, serverId, server), { ...day, until });
    return { next: place + 1 < days.length * servers.length ? input.part + 1 : null, written: { minutes } };
  }

  private async makeRoom(from: number, until: number, back: number): Promise<void> {
    for (const table of [...SAMPLE_TABLES, HOUR_CHUNKS])
      await this.tenants.system('partitions', (tx) => ensureDays(tx, table, { back, ahead: 1 }));
    for (const table of SERIES_TABLES)
      await this.tenants.system('partitions', (tx) =>
        ensureMonths(tx, table, { from: new Date(from), to: new Date(until) }),
      );
  }
}

/** Days in UTC, the first and the last cut. */
function daysOf(from: number, until: number): { from: number; to: number }[] {
  const days: { from: number; to: number }[] = [];
  for (let at = from; at < until; ) {
    const to = Math.min(until, Math.floor(at / DAY_MS) * DAY_MS + DAY_MS);
    days.push({ from: at, to });
    at = to;
  }
  return days;
}
