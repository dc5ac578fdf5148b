import { lookup, Resolver } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';

/*
 * The addresses of a name that a stranger gave, whose name servers may be the stranger's too. The system's own lookup
 * waits in one of four threads that files, passwords and every other lookup share: four names that are never answered
 * would stop all of that. So names are asked of DNS without a thread. What DNS does not know, such as what stands in
 * /etc/hosts or is completed by a search domain, goes to the system one name at a time, which leaves three threads.
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
/** DNS answered: there is no such name, no address of that kind, or no name server at all. */
const UNKNOWN = new Set(['ENOTFOUND', 'ENODATA', 'ENONAME', 'ECONNREFUSED', 'EBADNAME']);

export async function resolveHost(host: string, options: ResolveOptions = {}): Promise<HostAddress[]> {
  if (/(^|\.)localhost\.?$/i.test(host)) return systemLookup(host);
  const resolver = new Resolver({ timeout: options.timeoutMs ?? TIMEOUT_MS, tries: TRIES });
  if (options.servers) resolver.setServers(options.servers);
  // However many name servers the system knows, of which each may be asked in vain.
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

/** Whoever waited too long for its turn is not looked up any more. */
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
