import { Controller } from '@nestjs/common';
import {
  type Channel,
  deleteChannel,
  getChannel,
  listChannels,
  updateChannel,
} from '@tidegate/contracts/notifier/channels';
import { orNotFound, pageOf, readCursor } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { cancelDeliveries } from '../queue/delivery.rows.ts';
import {
  deleteChannel as deleteRow,
  disableChannel,
  enableChannel,
  findChannel,
  listChannels as listRows,
  lockChannel,
  toWire,
  updateChannel as updateRow,
} from './channel.rows.ts';

@Controller()
export class ManageChannels {
  @Handles(listChannels)
  async list({ input, tx }: OperationContext<typeof listChannels>) {
    const [before] = readCursor(input.cursor, 'uuid') ?? [];
    return pageOf(await listRows(tx, input.limit + 1, before), input.limit, toWire, (row) => [row.id]);
  }

  @Handles(getChannel)
  async get({ input, tx }: OperationContext<typeof getChannel>): Promise<Channel> {
    return channelOf(tx, input.channelId);
  }

  @Handles(updateChannel)
  async update({ input, tx }: OperationContext<typeof updateChannel>): Promise<Channel> {
    const before = orNotFound(await lockChannel(tx, input.channelId));
    await updateRow(tx, before.id, input);
    if (input.state === 'active' && before.state === 'disabled') await enableChannel(tx, before.id);
    if (input.state === 'disabled' && before.state === 'active') {
      await disableChannel(tx, before.id, 'by_member');
      await cancelDeliveries(tx, before.id);
    }
    return channelOf(tx, before.id);
  }

  @Handles(deleteChannel)
  async delete({ input, tx }: OperationContext<typeof deleteChannel>) {
    const channel = orNotFound(await lockChannel(tx, input.channelId));
    // Cancelling removes them from the queue; their rows are deleted with the channel.
    await cancelDeliveries(tx, channel.id);
    await deleteRow(tx, channel.id);
    return {};
  }
}

/** As it stands now. */
export async function channelOf(tx: Tx, id: string): Promise<Channel> {
  const row = orNotFound(await findChannel(tx, id));
  return toWire(row);
}
