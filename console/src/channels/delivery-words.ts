import type { Delivery } from '@tidegate/client';
import { t } from '../kernel/strings.ts';

type Why = NonNullable<Delivery['lastError']>;

/** What went wrong, and what to do about it. */
const WORDS: Record<Why, [what: string, cure: string]> = {
  http_status: [
    'Refused by the receiver',
    'Its answer says why; Tidegate keeps only the status. Look into the log of the receiver.',
  ],
  unreachable: [
    'The receiver could not be reached',
    'Check the address, and that the receiver runs and its certificate is valid.',
  ],
  host_not_allowed: [
    'The address is not allowed',
    'Addresses of private networks are refused, unless the operator allows them.',
  ],
  host_not_resolvable: ['The name of the host is unknown', 'Check the address of the channel.'],
  smtp_refused: [
    'Refused by the mail server',
    'Check the address of the channel; the operator sees the answer of the mail server in the log.',
  ],
  smtp_unreachable: [
    'The mail server could not be reached',
    'The operator has to look: mails of this installation do not go out.',
  ],
  smtp_not_configured: ['No mail server is set up', 'The operator has to name one before mails go out.'],
  quota_exhausted: [
    'The plan’s notifications are used up',
    'It is sent when there are some again: with the next period or a larger plan.',
  ],
  quota_unknown: ['It was not known what the plan has left', 'It is tried again by itself.'],
  feature_not_included: ['The plan does not have this kind of channel', 'A larger plan does.'],
  channel_disabled: ['The channel is switched off', 'Switch it on, then send it again.'],
  channel_unconfirmed: [
    'The address has not been confirmed',
    'Confirm it by the link in the mail, then send it again.',
  ],
  too_many_waiting: ['Too many messages were waiting', 'Send it again once the receiver keeps up.'],
  internal_error: ['Tidegate failed', 'The operator has to look: the log has the reason.'],
};

export function whyNot({ lastError, lastStatus }: Delivery): { what: string; cure: string } | undefined {
  if (!lastError) return undefined;
  const [what, cure] = WORDS[lastError];
  return { what: lastStatus ? `${t(what)} (${lastStatus})` : t(what), cure: t(cure) };
}
