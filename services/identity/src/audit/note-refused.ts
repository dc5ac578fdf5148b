import { Controller } from '@nestjs/common';
import { MOST_REFUSED_ENTRIES, noteRefused } from '@tidegate/contracts/identity/audit';
import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { deleteRefusedBeyond, insertEntry } from './audit-entry.rows.ts';

type Refused = OperationContext<typeof noteRefused>['input'];

/** What a gateway refused to somebody who is of the organisation. */
@Controller()
export class NoteRefused {
  @Handles(noteRefused)
  async handle({ input, tx }: OperationContext<typeof noteRefused>) {
    await recordRefused(tx, input);
    return {};
  }
}

/** In a transaction of the organisation. */
export async function recordRefused(tx: Tx, { action, actor, thing, missingScope }: Refused): Promise<void> {
  const entry = { organisationId: tx.orgId as string, at: new Date().toISOString(), action, actor, changes: [] };
  await insertEntry(tx, newId(), { ...entry, thing: { ...thing, name: null } }, { missingScope: missingScope ?? null });
  await deleteRefusedBeyond(tx, MOST_REFUSED_ENTRIES);
}
