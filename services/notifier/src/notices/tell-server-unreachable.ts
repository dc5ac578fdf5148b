import { Injectable } from '@nestjs/common';
import { serverUnreachable } from '@tidegate/contracts/monitor-agent/server';
import { type Happened, On } from '@tidegate/messaging/handler';
import { queueNotice } from './queue-notice.ts';

@Injectable()
export class TellServerUnreachable {
  @On(serverUnreachable)
  async handle({ data, event, tx }: Happened<typeof serverUnreachable>): Promise<void> {
    const { serverId, name, since, code } = data;
    const timestamp = event.time;
    await queueNotice(tx, event, { type: 'server.unreachable', timestamp, data: { serverId, name, since, code } });
  }
}
