import { isIP } from 'node:net';
import { recentlyUsed } from '../kernel/recently-used.ts';

/*
 * Which host names we answer to. An outsider's page can have its own name resolve to this machine (DNS rebinding): the
 * browser then takes us for a part of that page, which can reach what only this network should. So a name is accepted
 * if the operator configured it or if no outsider can own it: an address, a name without a dot, and the reserved ones
 * below.
 */
const RESERVED = ['.localhost', '.local', '.home.arpa', '.internal', '.svc'];
const REMEMBERED = 1_000;
/** A name has at most 253 characters; then its port. */
const LONGEST = 260;

export class KnownHosts {
  private readonly judged = recentlyUsed<boolean>(REMEMBERED);
  private readonly names: readonly string[];

  /** `.example.com` stands for all names below it, `*` for any. */
  constructor(publicUrl: string, allowed: readonly string[]) {
    this.names = [new URL(publicUrl).hostname, ...allowed].map(plain);
  }

  /** `host`: the header. HTTP/1.0 clients may send none, browsers always do. */
  has(host: string | undefined): boolean {
    if (host === undefined) return true;
    if (host.length > LONGEST) return false;
    let known = this.judged.get(host);
    if (known === undefined) {
      known = this.judge(plainHost(host));
      this.judged.set(host, known);
    }
    return known;
  }

  private judge(name: string): boolean {
    if (!name.includes('.') || isIP(name.replace(/^\[(.*)\]$/, '$1')) > 0) return true;
    if (RESERVED.some((end) => name.endsWith(end))) return true;
    return this.names.some((one) => one === '*' || one === name || (one.startsWith('.') && name.endsWith(one)));
  }
}

const plain = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/** The name in a header `Host`, without its port. */
export const plainHost = (host: string): string => plain(host.replace(/:\d*$/, ''));
