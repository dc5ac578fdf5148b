import { Controller } from '@nestjs/common';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { showStatement } from '@tidegate/contracts/monitor-agent/statement-detail';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { usersOfStatement } from '../activity/statement-users.rows.ts';
import { waitSlices, waitsOfRange } from '../activity/waits.rows.ts';
import { waitShares } from '../activity/waits.rules.ts';
import { indexFindingsOf } from '../index-findings/find-indexes.ts';
import { toRange } from '../kernel/storage/range.rules.ts';
import { tablesNamed } from '../relations/tables-named.rows.ts';
import { requireServer } from '../servers/require-server.ts';
import { oneStatement } from '../statements/one-statement.ts';
import { findingsOfStatement } from '../statements/statement-findings.rules.ts';
import { tableNames } from '../statements/table-names.rules.ts';

const MOST_WAITS = 20;
const MOST_WAITS_OF_SLICE = 10;

/** Everything about one statement that is known without asking its server. */
@Controller()
export class ShowStatement {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(showStatement)
  async handle({ input, tx }: OperationContext<typeof showStatement>) {
    const { serverId } = input;
    const range = toRange(input);
    await requireServer(tx, serverId);
    const found = await this.tenants.snapshot(tx.orgId, (moment) =>
      oneStatement(moment, serverId, Number(input.statementId), range),
    );
    if (!found) throw notFound({}, 'There is no such statement.');
    const { statement, coveredSeconds } = found;
    const { queryId, database } = statement;
    const tables = await tablesNamed(tx, serverId, database, tableNames(statement.text ?? ''));
    const of = await waitsOfRange(tx, serverId, range);
    const slices = await waitSlices(tx, serverId, of, { queryId, database });
    return {
      range: { from: range.from.toISOString(), to: range.to.toISOString(), coveredSeconds },
      statement,
      tables: tables.map(({ schema, name, totalBytes }) => ({ schema, name, totalBytes })),
      users: await usersOfStatement(tx, serverId, range, { queryId, database }),
      waits: waitShares(
        slices.flatMap(({ sums }) => sums),
        of.observedMs,
        MOST_WAITS,
      ),
      waitSeries: slices.map((slice) => ({
        at: slice.at.toISOString(),
        waits: waitShares(slice.sums, slice.observedMs, MOST_WAITS_OF_SLICE),
      })),
      findings: findingsOfStatement(statement),
      indexFindings: await indexFindingsOf(tx, serverId, database, tables),
    };
  }
}
