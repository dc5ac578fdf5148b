import { Injectable } from '@nestjs/common';
import { findDomain } from '@tidegate/contracts/identity/domains';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { Bus } from '@tidegate/messaging/bus';
import { Log } from '@tidegate/telemetry/log';
import { LRUCache } from 'lru-cache';
import type { OrganisationHost } from '../kernel/organisation-host.ts';
import { RateLimits } from '../limits/rate-limits.ts';
import { plainHost } from './known-hosts.ts';

/** How soon a domain that was given back, or whose plan has ended, is no longer served. */
const FRESH_MS = 30_000;
/** Identity is away: a name that was somebody's a moment ago still is. */
const STALE_MS = 600_000;
/** How soon one that was just proven is served. */
const UNKNOWN_MS = 15_000;
const REMEMBERED = 10_000;
const HOST_NAME = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/;

interface Found {
  host: OrganisationHost;
  askedAt: number;
}

/**
 * Host names that organisations have proved, as identity knows them. Anybody can send any name, and each new one costs a
 * query: unknown ones count against the network like wrong credentials, and are remembered apart from the proven, so that
 * no flood evicts these.
 */
@Injectable()
export class OrganisationHosts {
  private readonly found = new LRUCache<string, Found>({ max: REMEMBERED });
  private readonly unknown = new LRUCache<string, true>({ max: REMEMBERED, ttl: UNKNOWN_MS });
  private readonly asked = new Map<string, Promise<OrganisationHost | undefined>>();

  constructor(
    private readonly bus: Bus,
    private readonly limits: RateLimits,
    private readonly log: Log,
  ) {}

  /** Undefined for a name that is nobody's. `given`: the header. */
  of(given: string, ip: string): OrganisationHost | undefined | Promise<OrganisationHost | undefined> {
    const name = plainHost(given);
    if (!HOST_NAME.test(name) || this.unknown.has(name)) return undefined;
    const found = this.found.get(name);
    const age = found ? performance.now() - found.askedAt : Number.POSITIVE_INFINITY;
    if (found && age < FRESH_MS) return found.host;
    if (!found || age > STALE_MS)
      return this.askOnce(name, () => this.limits.whileChecking(ip, () => this.ask(name, ip)));
    // Nobody waits for identity, which may hang: the next request knows what it said.
    this.askOnce(name, () => this.ask(name, ip)).catch((error: unknown) =>
      this.log.warn({ error, name }, 'Whose a domain is could not be asked; it is served as before'),
    );
    return found.host;
  }

  private askOnce(name: string, ask: () => Promise<OrganisationHost | undefined>) {
    const running = this.asked.get(name);
    if (running) return running;
    const asked = ask().finally(() => this.asked.delete(name));
    this.asked.set(name, asked);
    return asked;
  }

  private async ask(name: string, ip: string): Promise<OrganisationHost | undefined> {
    const askedAt = performance.now();
    try {
      const { organisationId: orgId } = await this.bus.call(findDomain, { name });
      const host = { name, orgId };
      this.found.set(name, { host, askedAt });
      return host;
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code !== 'not_found') throw error;
      this.found.delete(name);
      this.unknown.set(name, true);
      this.limits.noteFailure(ip);
      return undefined;
    }
  }
}
