import { Injectable } from '@nestjs/common';
import { serverUnreachable } from '@tidegate/contracts/monitor-agent/server';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { QueueNotice } from './queue-notice.ts';

@Injectable()
export class TellServerUnreachable {
  constructor(private readonly notices: QueueNotice) {}

  @On(serverUnreachable)
  async handle({ data, event, tx }: EventContext<typeof serverUnreachable>): Promise<void> {
    const { serverId, name, since, code } = data;
    const timestamp = event.time;
    await this.notices.queue(tx, event, {
      type: 'server.unreachable',
      timestamp,
      data: { serverId, name, since, code },
    });
  }
}
