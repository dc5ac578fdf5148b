import { Controller } from '@nestjs/common';
import { addNote } from '@tidegate/contracts/monitor-agent/annotations';
import { newId } from '@tidegate/database/ids';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { requireServer } from '../servers/require-server.ts';
import { insertNote } from './annotation.rows.ts';

@Controller()
export class AddNote {
  @Handles(addNote)
  async handle({ input, caller, tx }: OperationContext<typeof addNote>) {
    await requireServer(tx, input.serverId);
    return insertNote(tx, input.serverId, {
      id: newId(),
      at: input.at === undefined ? new Date() : new Date(input.at),
      text: input.text,
      personId: caller.userId ?? null,
    });
  }
}
