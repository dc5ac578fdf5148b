import { misdirectedRequest } from '@tidegate/contracts/kernel/problem';
import type { Log } from '@tidegate/telemetry/log';
import { KnownHosts } from '../access/known-hosts.ts';
import type { OrganisationHosts } from '../access/organisation-hosts.ts';
import type { OrganisationHost } from '../kernel/organisation-host.ts';

interface Parts {
  organisationHosts: OrganisationHosts;
  log: Log;
}

/** The most names that are logged: anybody can make up more. */
const MOST_LOGGED = 5;

/**
 * Whose a host name is: the installation's, an organisation's, or nobody's, which is refused. Each refused name is logged
 * once, because everybody is refused behind a proxy that passes on a name which is not configured.
 */
export class OwnHosts {
  private readonly known: KnownHosts;
  private readonly others: OrganisationHosts;
  private readonly publicUrl: string;
  private readonly log: Log;
  private readonly logged = new Set<string>();

  constructor(publicUrl: string, allowed: readonly string[], { organisationHosts, log }: Parts) {
    this.known = new KnownHosts(publicUrl, allowed);
    this.others = organisationHosts;
    this.publicUrl = publicUrl;
    this.log = log;
  }

  /** Undefined for a name of the installation. Nearly always at once. */
  of(given: string | undefined, ip: string): OrganisationHost | undefined | Promise<OrganisationHost> {
    if (given === undefined || this.known.has(given)) return undefined;
    const found = this.others.of(given, ip);
    if (found instanceof Promise) return found.then((host) => host ?? this.refuse(given));
    return found ?? this.refuse(given);
  }

  private refuse(given: string): never {
    const host = String(given).slice(0, 253);
    if (!this.logged.has(host) && this.logged.size < MOST_LOGGED) {
      this.logged.add(host);
      const fix = 'If it is yours, set PUBLIC_URL to how customers reach it, or add it to ALLOWED_HOSTS';
      this.log.error({ host, publicUrl: this.publicUrl }, `Requests for the name ${host} are refused. ${fix}`);
    }
    throw misdirectedRequest({ host }, 'Use the host name of PUBLIC_URL, or add this one to ALLOWED_HOSTS.');
  }
}
