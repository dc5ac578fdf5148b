import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { backOff } from '@tidegate/contracts/kernel/back-off';
import { normalAddress } from '../kernel/address.rules.ts';

/** Wrong tries of one network for one account: many where its owner got in before, few elsewhere. */
const FREE_TRIES = { known: 100, unknown: 5, underAttack: 2, network: 50 };
/** So many wrong tries for one account, from wherever, are an attack: networks that it does not know get less. */
const ATTACK = 50;
const MAX_WAIT_SECONDS = 900;
/**
 * Wrong tries of a network until which an account that it has not tried yet has one try there, though the network waits:
 * whoever sits at the same table as a guesser gets in with the right password. Past that it waits for all but the known.
 */
const ONE_EACH = 500;

/** What an attempt is counted for. Accounts are hashed, so that the tables hold no list of e-mail addresses. */
export interface Subjects {
  account: string;
  /** The account as it is asked for from this network, or by a device that logged in to it before. */
  pair: string;
  network: string;
}

/** A log-in: to which account, and from where. */
export interface Attempt {
  email: string;
  ip: string | undefined;
  /** A random text that only this device has. */
  deviceId?: string | undefined;
}

export interface Count {
  failures: number;
  ageSeconds: number;
}

export function subjectsOf(email: string, ip: string | undefined): Subjects {
  const account = hashOf(normalAddress(email));
  const network = ip ? networkOf(ip) : 'none';
  return { account: `account:${account}`, pair: `pair:${hashOf(`${account} ${network}`)}`, network: `ip:${network}` };
}

/** Undefined without a device. Hashed with the account: a browser that several people use is not seen to be one. */
export function deviceOf({ email, deviceId }: Attempt): string | undefined {
  return deviceId === undefined ? undefined : `device:${hashOf(`${hashOf(normalAddress(email))} ${deviceId}`)}`;
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

export interface Judged {
  /** Until the next try; a try with a wait of zero is looked at. */
  wait: number;
  /** Looked at although the network waits for so long: if it is wrong, nothing else is said than to all the others. */
  despite: number;
}

/*
 * After some free tries each wrong one doubles the wait, up to a quarter of an hour. What others do never makes anybody
 * wait who comes from a network where the account's owner got in before; what they do to the account leaves everybody
 * else a try; and who guesses for many accounts makes their whole network wait, but for one try of each account there.
 */
export function judge(counts: Record<keyof Subjects, Count>, { known = false, exists = false }): Judged {
  const attacked = counts.account.failures >= ATTACK;
  const own = waitAfter(counts.pair, known ? FREE_TRIES.known : attacked ? FREE_TRIES.underAttack : FREE_TRIES.unknown);
  if (known) return { wait: own, despite: 0 };
  const network = waitAfter(counts.network, FREE_TRIES.network);
  const fresh = exists && !attacked && counts.pair.failures === 0 && counts.network.failures < ONE_EACH;
  return fresh ? { wait: 0, despite: network } : { wait: Math.max(own, network), despite: 0 };
}

function waitAfter({ failures, ageSeconds }: Count, free: number): number {
  const wait = failures < free ? 0 : backOff(1, MAX_WAIT_SECONDS, failures - free);
  return Math.max(Math.ceil(wait - ageSeconds), 0);
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
