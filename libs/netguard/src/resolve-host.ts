import { lookup, Resolver } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';

/*
 * The addresses of an untrusted name, whose name servers may be hostile too. The system's lookup blocks one of four
 * threads that files, password hashes and all other lookups share: four names without an answer would stop all of them.
 * So names are resolved by DNS queries, which need no thread. Names that DNS does not have, such as those of /etc/hosts
 * or with a search domain, go to the system one at a time, which leaves three threads free.
 */
export interface HostAddress {
  address: string;
  family: number;
}

interface ResolveOptions {
  /** Name servers other than the system's. */
  servers?: readonly string[];
  timeoutMs?: number;
}

const TRIES = 2;
const TIMEOUT_MS = 2_000;
const SYSTEM_MS = 5_000;
/** There is no such name, no address of that kind, or no name server at all. */
const UNKNOWN = new Set(['ENOTFOUND', 'ENODATA', 'ENONAME', 'ECONNREFUSED', 'EBADNAME']);

export async function resolveHost(host: string, options: ResolveOptions = {}): Promise<HostAddress[]> {
  if (/(^|\.)localhost\.?$/i.test(host)) return systemLookup(host);
  const resolver = new Resolver({ timeout: options.timeoutMs ?? TIMEOUT_MS, tries: TRIES });
  if (options.servers) resolver.setServers(options.servers);
  // Bounds the total, however many name servers the system has.
  const cut = setTimeout(() => resolver.cancel(), SYSTEM_MS);
  const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  clearTimeout(cut);
  const found = [...addresses(four, 4), ...addresses(six, 6)];
  if (found.length > 0) return hasIPv4() ? found : found.reverse();
  const unanswered = [four, six].find((one) => one.status === 'rejected' && !UNKNOWN.has(one.reason?.code));
  if (unanswered?.status === 'rejected') throw unanswered.reason;
  return systemLookup(host);
}

const addresses = (answer: PromiseSettledResult<string[]>, family: number): HostAddress[] =>
  answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family })) : [];

const hasIPv4 = (): boolean =>
  Object.values(networkInterfaces()).some((all) => all?.some(({ family, internal }) => family === 'IPv4' && !internal));

let last: Promise<unknown> = Promise.resolve();

/** A name that waited too long for its turn is not looked up. */
function systemLookup(host: string): Promise<HostAddress[]> {
  return new Promise((resolve, reject) => {
    let waiting = true;
    const timer = setTimeout(() => {
      waiting = false;
      reject(new Error('The system did not answer in time.'));
    }, SYSTEM_MS);
    last = last
      .then(async () => waiting && resolve(await lookup(host, { all: true, verbatim: true })))
      .catch(reject)
      .finally(() => clearTimeout(timer));
  });
}
