import { misdirectedRequest } from '@tidegate/contracts/kernel/problem';
import type { Log } from '@tidegate/telemetry/log';
import { KnownHosts } from '../access/known-hosts.ts';

/** The most names that are logged: anybody can make up more. */
const MOST_LOGGED = 5;

/**
 * Refuses requests for a host name that is not ours. Each name is logged once, because everybody is refused behind a
 * proxy that passes on a name which is not configured.
 */
export class OwnHosts {
  private readonly known: KnownHosts;
  private readonly publicUrl: string;
  private readonly log: Log;
  private readonly logged = new Set<string>();

  constructor(publicUrl: string, allowed: readonly string[], log: Log) {
    this.known = new KnownHosts(publicUrl, allowed);
    this.publicUrl = publicUrl;
    this.log = log;
  }

  require(given: string | undefined): void {
    if (this.known.has(given)) return;
    const host = String(given).slice(0, 253);
    if (!this.logged.has(host) && this.logged.size < MOST_LOGGED) {
      this.logged.add(host);
      const fix = 'If it is yours, set PUBLIC_URL to how customers reach it, or add it to ALLOWED_HOSTS';
      this.log.error({ host, publicUrl: this.publicUrl }, `Requests for the name ${host} are refused. ${fix}`);
    }
    throw misdirectedRequest({ host }, 'Use the host name of PUBLIC_URL, or add this one to ALLOWED_HOSTS.');
  }
}
