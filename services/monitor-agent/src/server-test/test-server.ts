import { Controller } from '@nestjs/common';
import { type ServerReport, testServer } from '@tidegate/contracts/monitor-agent/server-test';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { announceChange, COLLECT_SERVERS } from '../kernel/schedule/lease.rows.ts';
import { Dialer } from '../servers/dialer.ts';
import { sinceBefore } from '../servers/report/server-report.rules.ts';
import { QUERY_FAILED } from '../servers/report/uncollected.rules.ts';
import { requireServer } from '../servers/require-server.ts';
import { saveReport } from '../servers/server.rows.ts';
import { statementTextBytes } from '../statements/statement.rows.ts';
import { ServerTester } from './server-tester.ts';

/*
 * A live test of a stored server. Where the role may open one connection only, the collector has it: then the answer is
 * what the collector saw last, with its time. After a successful test the collector reconnects, so that fixes take
 * effect at once.
 */
@Controller()
export class TestServer {
  constructor(
    private readonly tester: ServerTester,
    private readonly dialer: Dialer,
    private readonly tenants: TenantDatabase,
    private readonly wakes: Wakes,
  ) {}

  @Handles(testServer)
  async handle({ input, caller, tx }: OperationContext<typeof testServer>): Promise<ServerReport> {
    const orgId = tx.orgId as string;
    const row = await requireServer(tx, input.serverId);
    const textBytes = await statementTextBytes(tx, row.id);
    const target = await this.dialer.targetOf(tx, row);
    const { report, code } = await this.tester.test(caller, target, row.platform, textBytes);
    if (code === 'too_many_connections' && row.state === 'ok' && row.report) return row.report;
    if (!report.usable) return report;
    const known = sinceBefore(report, row.report);
    await this.tenants.run(orgId, async (write) => {
      // The collector reports queries that fail.
      const checks = known.checks.filter(({ code }) => code !== QUERY_FAILED);
      await saveReport(write, row.id, { ...known, checks });
      await announceChange(write, row.id, row.state === 'paused');
      write.onCommit(() => this.wakes.wake(COLLECT_SERVERS));
    });
    return known;
  }
}
