import { isIP } from 'node:net';
import { problemError } from '@tidegate/contracts/kernel/problem';
import type { DetailOf } from '@tidegate/contracts/kernel/problem-texts';
import ipaddr from 'ipaddr.js';
import { hostNotAllowed, hostNotResolvable } from './problems.ts';
import { type HostAddress, resolveHost } from './resolve-host.ts';

/*
 * Which hosts a customer may make us connect to. The name is resolved once, all its addresses must be allowed, and the
 * caller connects to exactly the address that was checked: a second lookup could return another one (DNS rebinding).
 */
export interface HostPolicy {
  /** 127.0.0.0/8 and ::1: only where customer and installation are one person's machine. */
  allowLoopback?: boolean;
  /** Private networks (CIDR) that the operator opened. Metadata and link-local addresses stay closed. */
  allowNetworks?: readonly string[];
}

export interface GuardedHost {
  address: string;
  family: 4 | 6;
  /** The name to verify a certificate for, without a final dot; the address itself when the host was one. */
  servername: string;
  /** On this very machine. */
  loopback: boolean;
}

type Resolve = (host: string) => Promise<HostAddress[]>;

export interface GuardRequest {
  host: string;
  /** 0 when it is not known yet. */
  port: number;
  policy?: HostPolicy;
  resolve?: Resolve;
}

/** RFC 1123: letters, digits and hyphens; also underscores, which names in Docker networks have. */
const NAME = /^(?=.{1,253}$)(\w([\w-]{0,61}\w)?\.)*\w([\w-]{0,61}\w)?\.?$/;
/** A name that ends in a number is an address in another notation: 127.1, 2130706433, 0x7f000001. */
const NUMERIC_LABEL = /^(0x[0-9a-f]*|\d+)$/i;
/** Cloud metadata and platform services at addresses that are not special by range. */
const NEVER = new Set(['168.63.129.16', '100.100.100.200', 'fd00:ec2::254']);
/** All of IPv6 that is routed. ipaddr.js also calls ::7f00:1 unicast, which is 127.0.0.1 in its IPv4-compatible form. */
const ROUTED_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

export async function guardHost({
  host,
  port,
  policy = {},
  resolve = resolveHost,
}: GuardRequest): Promise<GuardedHost> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw refused('Give a port from 1 to 65535.');
  const inner = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : '';
  const plain = isIP(inner) === 6 ? inner : host;
  const addresses =
    isIP(plain) && !plain.includes('%') ? [{ address: plain, family: isIP(plain) }] : await named(plain, resolve);
  for (const { address } of addresses) checkAddress(address, policy);
  const [first] = addresses;
  if (!first) throw unresolvable();
  const loopback = ipaddr.process(first.address).range() === 'loopback';
  return { address: first.address, family: first.family === 6 ? 6 : 4, servername: plain.replace(/\.$/, ''), loopback };
}

async function named(host: string, resolve: Resolve): Promise<HostAddress[]> {
  const labels = host.replace(/\.$/, '').split('.');
  if (!NAME.test(host) || NUMERIC_LABEL.test(labels.at(-1) ?? '')) {
    throw refused('Give a host name, or an address in its usual form.');
  }
  try {
    return await resolve(host);
  } catch {
    throw unresolvable();
  }
}

function checkAddress(text: string, policy: HostPolicy): void {
  if (!ipaddr.isValid(text)) throw refused('Give a host with a public address.');
  const address = ipaddr.process(text);
  const range = address.range();
  if (NEVER.has(address.toString())) throw refused('This address belongs to the cloud platform. Give another host.');
  if (range === 'unicast' && (address instanceof ipaddr.IPv4 || address.match(ROUTED_IPV6))) return;
  if (range === 'loopback') {
    if (policy.allowLoopback) return;
    throw refused('This is the machine that Tidegate runs on. Give a host with a public address.');
  }
  const mayOpen = range === 'private' || range === 'uniqueLocal' || range === 'carrierGradeNat';
  if (mayOpen && (policy.allowNetworks ?? []).some((network) => isWithin(address, network))) return;
  throw refused('Give a host with a public address, or ask the operator to open your private network.');
}

function isWithin(address: ipaddr.IPv4 | ipaddr.IPv6, network: string): boolean {
  const [base, bits] = ipaddr.parseCIDR(network);
  return base.kind() === address.kind() && address.match(base as never, bits);
}

const refused = (detail: DetailOf<'host_not_allowed'>) => problemError(hostNotAllowed, { field: '/host' }, detail);
const unresolvable = () =>
  problemError(hostNotResolvable, { field: '/host' }, 'Check the spelling, and that public DNS knows it.');
