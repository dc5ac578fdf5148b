import type { Tx } from '@tidegate/database/tx';
import { isKnownSource } from '../authentication/login-throttle.rows.ts';
import { type Attempt, subjectsOf } from '../authentication/login-throttle.rules.ts';
import { type AccountMails, DAY, RESET_MINUTES } from '../mails/account-mails.ts';

const OF_NETWORK = { most: 3, minutes: RESET_MINUTES };
const OF_ADDRESS = { most: 20, minutes: DAY };

/**
 * Counts a mail that anybody can request, or refuses it: by network, and by address over all networks. The first limit
 * lasts as long as a token that sets a password, so a person who is refused, even because of a neighbour, has a valid one in
 * the mailbox. The second does not apply to networks where the owner has logged in, so that others cannot use it up.
 */
export async function countRequest(
  mails: AccountMails,
  tx: Tx,
  what: 'reset' | 'register',
  { email, ip }: Pick<Attempt, 'email' | 'ip'>,
): Promise<void> {
  const { account, pair } = subjectsOf(email, ip);
  await mails.count(tx, `${what} ${pair}`, OF_NETWORK);
  if (!(await isKnownSource(tx, pair))) await mails.count(tx, `${what} ${account}`, OF_ADDRESS);
}
