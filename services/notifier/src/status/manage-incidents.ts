import { Controller } from '@nestjs/common';
import { notFound } from '@tidegate/contracts/kernel/problem';
import {
  deleteIncident,
  listIncidents,
  openIncident,
  READ_INCIDENTS,
  updateIncident,
} from '@tidegate/contracts/notifier/incidents';
import { orNotFound, pageOf, readCursor } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { addUpdate, findIncident, insertIncident, pageOfIncidents, removeIncident, toWire } from './incident.rows.ts';

@Controller()
export class ManageIncidents {
  constructor(private readonly wakes: Wakes) {}

  @Handles(listIncidents)
  async list({ input, tx }: OperationContext<typeof listIncidents>) {
    const [before] = readCursor(input.cursor, 'uuid') ?? [];
    const rows = await pageOfIncidents(tx, input.limit + 1, before);
    return pageOf(rows, input.limit, toWire, (row) => [row.id]);
  }

  @Handles(openIncident)
  async open({ input, tx }: OperationContext<typeof openIncident>) {
    const id = await insertIncident(tx, input);
    await addUpdate(tx, id, input.state, input.text);
    this.show(tx);
    return toWire(orNotFound(await findIncident(tx, id)));
  }

  @Handles(updateIncident)
  async update({ input, tx }: OperationContext<typeof updateIncident>) {
    if (!(await addUpdate(tx, input.incidentId, input.state, input.text))) throw notFound();
    this.show(tx);
    return toWire(orNotFound(await findIncident(tx, input.incidentId)));
  }

  @Handles(deleteIncident)
  async remove({ input, tx }: OperationContext<typeof deleteIncident>) {
    if (!(await removeIncident(tx, input.incidentId))) throw notFound();
    this.show(tx);
    return {};
  }

  /** On the page of every gateway. One that does not hear it reads it in its own time. */
  private show(tx: Tx): void {
    tx.onCommit(() => this.wakes.wakeOther('gateway', READ_INCIDENTS));
  }
}
