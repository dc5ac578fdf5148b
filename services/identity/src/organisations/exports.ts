import { Controller } from '@nestjs/common';
import { beginExport, endExport, exportRunning, keepExport, ownersOnly } from '@tidegate/contracts/identity/exports';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { orNotFound } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Log } from '@tidegate/telemetry/log';
import { claimExport, endExport as endRow, isOwner, keepExport as keepRow } from './export.rows.ts';
import { findOrganisation } from './organisation.rows.ts';

/** Who may export an organisation, and that it is done once at a time: an export reads everything that there is of it. */
@Controller()
export class Exports {
  constructor(private readonly log: Log) {}

  @Handles(beginExport)
  async begin({ input, tx, refuse }: OperationContext<typeof beginExport>) {
    const { name } = orNotFound(await findOrganisation(tx));
    if (!(await isOwner(tx, input.userId))) throw refuse(ownersOnly, {}, 'Ask an owner of the organisation.');
    const retryAfterSeconds = await claimExport(tx, input);
    if (retryAfterSeconds > 0) {
      throw refuse(exportRunning, { retryAfterSeconds }, 'It is being exported already. Wait until that has ended.');
    }
    const { exportId, userId } = input;
    tx.onCommit(() => this.log.info({ orgId: tx.orgId, exportId, userId }, 'An organisation is being exported'));
    return { name };
  }

  @Handles(keepExport)
  async keep({ input, tx }: OperationContext<typeof keepExport>) {
    if (!(await keepRow(tx, input.exportId))) throw notFound();
    return {};
  }

  @Handles(endExport)
  async end({ input, tx }: OperationContext<typeof endExport>) {
    await endRow(tx, input.exportId);
    return {};
  }
}
