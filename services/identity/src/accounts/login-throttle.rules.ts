import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';

const FREE_TRIES = { account: 5, address: 50 };
const MAX_WAIT_SECONDS = 900;

/** After some free tries each wrong one doubles the wait, up to a quarter of an hour. */
export function secondsToWait(subject: string, failures: number, ageSeconds: number): number {
  const free = subject.startsWith('ip:') ? FREE_TRIES.address : FREE_TRIES.account;
  const wait = failures < free ? 0 : Math.min(2 ** (failures - free), MAX_WAIT_SECONDS);
  return Math.max(Math.ceil(wait - ageSeconds), 0);
}

/** The account first. It is hashed, so that the table holds no list of e-mail addresses. */
export function loginSubjects(email: string, ip: string | undefined): [account: string, ...address: string[]] {
  const account = createHash('sha256').update(email.trim().toLowerCase()).digest('hex');
  return ip ? [`account:${account}`, `ip:${networkOf(ip)}`] : [`account:${account}`];
}

/** One IPv6 customer has 2^64 addresses: what is counted is their network. */
export function networkOf(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip);
  if (mapped?.[1]) return mapped[1];
  const plain = ip.split('%', 1)[0] as string;
  if (!isIPv6(plain)) return ip;
  const [head = '', tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - groups.length - rest.length }, () => '0');
  return `${[...groups, ...zeros, ...rest].slice(0, 4).join(':')}::/64`;
}
