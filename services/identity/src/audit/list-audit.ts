import { Controller } from '@nestjs/common';
import { listAudit } from '@tidegate/contracts/identity/audit';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { AUDIT_ORDERS, listEntries, toWire } from './audit-entry.rows.ts';

@Controller()
export class ListAudit {
  @Handles(listAudit)
  async handle({ input, tx }: OperationContext<typeof listAudit>) {
    const place = AUDIT_ORDERS.place(input);
    return place.page(await listEntries(tx, place, input), toWire);
  }
}
