import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { backOff } from '@tidegate/contracts/kernel/back-off';
import { normalAddress } from '../kernel/address.rules.ts';

/** Wrong tries of one network for one account: many where its owner has logged in before, few elsewhere. */
const FREE_TRIES = { known: 100, unknown: 5, underAttack: 2, network: 50 };
/** So many wrong tries for one account, from any network, count as an attack: unknown networks get fewer. */
const ATTACK = 50;
const MAX_WAIT_SECONDS = 900;
/**
 * Up to so many wrong tries of a network, an address that has not been tried from there gets one try although the
 * network waits: a person in the same network as a guesser gets in with the right password. Beyond it everybody there
 * waits but known devices and networks. Whether an address has an account makes no difference: what it counts for, and what
 * the answer takes, would tell.
 */
const ONE_EACH = 500;

/** What an attempt counts for. Accounts are hashed, so that the tables contain no list of e-mail addresses. */
export interface Subjects {
  account: string;
  /** The account together with this network, or with a device that has logged in to it before. */
  pair: string;
  network: string;
}

/** A log-in: to which account, and from where. */
export interface Attempt {
  email: string;
  ip: string | undefined;
  /** A random value that only this device has. */
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

/**
 * Undefined without a device. Hashed with the account, so that a browser shared by several people cannot be recognised.
 */
export function deviceOf({ email, deviceId }: Attempt): string | undefined {
  return deviceId === undefined ? undefined : `device:${hashOf(`${hashOf(normalAddress(email))} ${deviceId}`)}`;
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

export interface Judged {
  /** Until the next try; with a wait of zero the password is checked. */
  wait: number;
  /**
   * Checked although the network has to wait this long: if it is wrong, the answer is the same as for everybody else.
   */
  despite: number;
}

/*
 * After some free tries each wrong one doubles the wait, up to a quarter of an hour. Nobody waits because of others in
 * a network from which the account's owner has logged in; attacks on an account leave every network a try; and guessing
 * at many accounts makes the guesser's whole network wait, except for one try of each address there.
 */
export function judge(counts: Record<keyof Subjects, Count>, { known = false } = {}): Judged {
  const attacked = counts.account.failures >= ATTACK;
  const own = waitAfter(counts.pair, known ? FREE_TRIES.known : attacked ? FREE_TRIES.underAttack : FREE_TRIES.unknown);
  if (known) return { wait: own, despite: 0 };
  const network = waitAfter(counts.network, FREE_TRIES.network);
  const fresh = !attacked && counts.pair.failures === 0 && counts.network.failures < ONE_EACH;
  return fresh ? { wait: 0, despite: network } : { wait: Math.max(own, network), despite: 0 };
}

function waitAfter({ failures, ageSeconds }: Count, free: number): number {
  const wait = failures < free ? 0 : backOff(1, MAX_WAIT_SECONDS, failures - free);
  return Math.max(Math.ceil(wait - ageSeconds), 0);
}

/** One IPv6 customer has 2^64 addresses, so their network is counted. */
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
