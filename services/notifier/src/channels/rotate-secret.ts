import { Controller } from '@nestjs/common';
import { type Refuse } from '@tidegate/contracts/kernel/problem';
import { notAWebhook, rotateSecret, secretsOverlap } from '@tidegate/contracts/notifier/channels';
import { orNotFound } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { newWebhookSecret } from '../messages/webhook-signature.ts';
import { lockChannel, replaceSecret } from './channel.rows.ts';
import { ChannelSecrets } from './channel-secrets.ts';
import {
  deleteEarlierSecrets,
  type EarlierSecretRow,
  insertEarlierSecret,
  listEarlierSecrets,
} from './earlier-secret.rows.ts';

const HOUR_MS = 3_600_000;
/** Bounds the signatures of one request. */
const MOST_EARLIER = 5;

@Controller()
export class RotateSecret {
  constructor(private readonly secrets: ChannelSecrets) {}

  /** Rotating again, such as after a lost answer, does not shorten an overlap that was promised. */
  @Handles(rotateSecret)
  async handle({ input: { channelId, overlapHours }, tx, refuse }: OperationContext<typeof rotateSecret>) {
    const channel = orNotFound(await lockChannel(tx, channelId));
    if (!channel.secret) throw refuse(notAWebhook);
    const secret = newWebhookSecret();
    let until = new Date(Date.now() + overlapHours * HOUR_MS);
    if (overlapHours === 0) await deleteEarlierSecrets(tx, channelId);
    else {
      const earlier = await listEarlierSecrets(tx, channelId);
      if (earlier.length >= MOST_EARLIER) throw tooMany(refuse, earlier);
      await insertEarlierSecret(tx, channelId, { secret: channel.secret, valid_until: until });
      until = latest([...earlier.map((one) => one.valid_until), until]);
    }
    await replaceSecret(tx, channelId, await this.secrets.seal(tx, channelId, 'secret', secret));
    return { secret, previousSecretValidUntil: until.toISOString() };
  }
}

const latest = (times: readonly Date[]): Date => new Date(Math.max(...times.map(Number)));

function tooMany(refuse: Refuse<typeof secretsOverlap>, earlier: readonly EarlierSecretRow[]): Error {
  const until = new Date(Math.min(...earlier.map((one) => Number(one.valid_until)))).toISOString();
  return refuse(
    secretsOverlap,
    { until },
    `${MOST_EARLIER} earlier secrets are still valid, the first of them until ${until}. Wait, or end them all with "overlapHours": 0.`,
  );
}
