import { misdirectedRequest } from '@tidegate/contracts/kernel/problem';
import type { Log } from '@tidegate/telemetry/log';
import { KnownHosts } from '../access/known-hosts.ts';

/**
 * Refuses who asks by a name that is not ours. Said once in the log, because behind a proxy that hands on a name which
 * nobody told us it refuses everybody.
 */
export class OwnHosts {
  private readonly known: KnownHosts;
  private readonly publicUrl: string;
  private readonly log: Log;
  private told = false;

  constructor(publicUrl: string, allowed: readonly string[], log: Log) {
    this.known = new KnownHosts(publicUrl, allowed);
    this.publicUrl = publicUrl;
    this.log = log;
  }

  require(given: string | undefined): void {
    if (this.known.has(given)) return;
    const host = String(given).slice(0, 253);
    if (!this.told) {
      const fix = 'If it is yours, set PUBLIC_URL to how customers reach it, or name it in ALLOWED_HOSTS';
      this.log.error({ host, publicUrl: this.publicUrl }, `Requests for the name ${host} are refused. ${fix}`);
    }
    this.told = true;
    throw misdirectedRequest({ host }, 'Ask by the name of PUBLIC_URL, or name this one in ALLOWED_HOSTS.');
  }
}
