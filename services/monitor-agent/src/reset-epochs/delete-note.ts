import { Controller } from '@nestjs/common';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { deleteNote } from '@tidegate/contracts/monitor-agent/annotations';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { requireServer } from '../servers/require-server.ts';
import { deleteNoteRow } from './annotation.rows.ts';

@Controller()
export class DeleteNote {
  @Handles(deleteNote)
  async handle({ input: { serverId, noteId }, tx }: OperationContext<typeof deleteNote>) {
    await requireServer(tx, serverId);
    if (!(await deleteNoteRow(tx, serverId, noteId))) throw notFound();
    return {};
  }
}
