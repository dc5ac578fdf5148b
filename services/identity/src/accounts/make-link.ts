import { Controller, Inject } from '@nestjs/common';
import { linkFor } from '@tidegate/contracts/identity/passwords';
import { orNotFound } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { SETTINGS } from '@tidegate/runtime/host';
import type { Settings } from '@tidegate/runtime/settings';
import { Log } from '@tidegate/telemetry/log';
import { noteEvent } from '../kernel/account-event.rows.ts';
import { hashOf, newToken } from '../kernel/tokens.ts';
import { findUserByEmail } from '../kernel/user.rows.ts';
import { insertToken } from '../mails/account-token.rows.ts';

const PURPOSES = { verify: 'verify-email', reset: 'reset-password' } as const;

/** The link that a mail would have had, for the operator to hand over. Its person sees that it was made. */
@Controller()
export class MakeLink {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly log: Log,
  ) {}

  @Handles(linkFor)
  async handle({ input, caller, tx }: OperationContext<typeof linkFor>) {
    const user = orNotFound(await findUserByEmail(tx, input.email));
    const purpose = PURPOSES[input.purpose];
    const own = tx.as({ userId: user.id });
    const token = newToken();
    const expires = await insertToken(own, { tokenHash: hashOf(token), userId: user.id, purpose });
    await noteEvent(own, user.id, 'operator.link_made', { ip: caller.ip, detail: purpose });
    const by = caller.userId ?? caller.service;
    this.log.warn({ userId: user.id, purpose, by }, 'An operator made a link for an account');
    return { url: `${this.settings.publicUrl}/${purpose}#token=${token}`, expiresAt: expires.toISOString() };
  }
}
