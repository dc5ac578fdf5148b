import { Injectable } from '@nestjs/common';
import { quotaReached } from '@tidegate/contracts/usage/quota';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { QueueNotice } from './queue-notice.ts';

@Injectable()
export class TellQuotaReached {
  constructor(private readonly notices: QueueNotice) {}

  @On(quotaReached)
  async handle({ data, event, tx }: EventContext<typeof quotaReached>): Promise<void> {
    const { meter, limit, used, percent, periodStart, periodEnd } = data;
    await this.notices.queue(tx, event, {
      type: 'quota.reached',
      timestamp: event.time,
      data: { meter, limit, used, percent, periodStart, periodEnd },
    });
  }
}
