import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listServers } from '@tidegate/contracts/monitor-agent/server';
import { topStatements } from '@tidegate/contracts/monitor-agent/statement';
import { organisationCreated } from '@tidegate/contracts/identity/organisations';
import { newId } from '@tidegate/database/ids';
import { Bus } from '@tidegate/messaging/bus';
import { Outbox } from '@tidegate/messaging/outbox';
import { Tenants } from '@tidegate/database/tenants';
import { migrateAll } from '@tidegate/runtime/migrate';
import { run } from '@tidegate/runtime/run';
import { service as billing } from '@tidegate/billing/billing.service';
import { service as identity } from '@tidegate/identity/identity.service';
import { startServers } from '/work/main/cli/src/embedded.ts';
import { until } from '../test/until.ts';
import { service } from './monitor-agent.service.ts';

test('boots', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ma-boot-'));
  process.env['DATA_DIR'] = dir;
  const started = Date.now();
  const servers = await startServers(() => undefined);
  try {
    const all = [identity, billing, service];
    await migrateAll(servers.settings, all);
    const running = await run(all, servers.settings);
    const host = (name: string) => running.hosts.find((one) => one.definition.name === name) as never as { get<T>(t: unknown): T };
    const orgs = await host('identity').get<Tenants>(Tenants).system('x', (tx) => tx.query('select 1 as n'));
    console.log(orgs);
    const orgId = newId();
    await host('identity').get<Tenants>(Tenants).run(orgId, (tx) => host('identity').get<Outbox>(Outbox).emit(tx, organisationCreated, { orgId, name: 'x', ownerUserId: orgId }));
    const bus = host('monitor-agent').get<Bus>(Bus);
    const server = await until(async () => (await bus.call(listServers, {}, { orgId })).items[0], { withinMs: 10_000 });
    console.log(Date.now() - started, server);
    const top = await until(async () => {
      const answer = await bus.call(topStatements, { serverId: server.id }, { orgId });
      return answer.items[0]?.text ? answer : undefined;
    }, { withinMs: 40_000 });
    console.log(Date.now() - started, top.total);
    await running.stop();
  } finally {
    await servers.nats?.stop();
    await servers.postgres?.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}, 120_000);
