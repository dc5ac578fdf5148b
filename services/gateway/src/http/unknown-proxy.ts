import type { Log } from '@tidegate/telemetry/log';
import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';

/**
 * Behind a reverse proxy that TRUST_PROXY does not name, all customers appear to have one address and share its limits.
 * Logged once, as an error, because nothing else shows it. From a public address it is only a warning, because anybody
 * can send the header.
 */
export class UnknownProxy {
  private readonly logged = new Set<string>();
  private readonly log: Log;

  constructor(log: Log) {
    this.log = log;
  }

  notice({ headers, raw, ip }: FastifyRequest): void {
    if (headers['x-forwarded-for'] === undefined && headers['forwarded'] === undefined) return;
    if (this.logged.size > 1) return;
    const peer = raw.socket.remoteAddress ?? '';
    // A trusted proxy yields another address than its own.
    if (peer !== ip || !ipaddr.isValid(peer)) return;
    const near = ipaddr.process(peer).range() !== 'unicast';
    const kind = near ? 'near' : 'far';
    if (this.logged.has(kind)) return;
    this.logged.add(kind);
    const text = `Requests come through a proxy at ${peer} that TRUST_PROXY does not name: all who use it share one address, one limit of requests and one place in the log. Fix: TRUST_PROXY=${peer}`;
    if (near) this.log.error({ peer }, text);
    else this.log.warn({ peer }, `${text} (if it is yours; anybody can send X-Forwarded-For)`);
  }
}
