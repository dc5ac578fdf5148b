import { Readable } from 'node:stream';
import { EXPORTED } from '@tidegate/contracts/exported';
import {
  beginExport,
  EXPORT_LEASE_SECONDS,
  endExport,
  keepExport,
  ownersOnly,
} from '@tidegate/contracts/identity/exports';
import { type ExportPlace, exports } from '@tidegate/contracts/kernel/exported';
import { problemError, rateLimited, unavailable } from '@tidegate/contracts/kernel/problem';
import type { StoringService } from '@tidegate/contracts/kernel/service-names';
import { newId } from '@tidegate/database/ids';
import type { Log } from '@tidegate/telemetry/log';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Principal } from '../kernel/principal.ts';
import type { EdgeParts } from './edge-parts.ts';
import { persist } from './persist.ts';

/*
 * Everything that an organisation may have of itself, as lines of JSON: a line for each row, of one service after the
 * other. A page is asked for when the one before has been taken, so a slow reader costs a page of memory and no more. One export at a time
 * for an organisation, which identity knows; a few in this process.
 *   {"kind":"export","data":{…}}  {"kind":"billing.invoices","data":{…}} …  {"kind":"end","data":{"lines":…}}
 * The answer has begun when something fails later, so the connection is cut: what has no last line is not whole.
 */
export const EXPORT_PATH = '/api/v1/organisation/export';
const FORMAT = 1;
const SERVICES = Object.keys(EXPORTED) as StoringService[];
/** At a time in this process. */
const MOST = 4;
/** How often identity is told that it goes on. */
const KEEP_MS = (EXPORT_LEASE_SECONDS * 1_000) / 3;

export function mountExport(fastify: FastifyInstance, edge: EdgeParts): void {
  let running = 0;
  fastify.get(EXPORT_PATH, { exposeHeadRoute: false }, async (request, reply) => {
    const { principal } = await edge.admission.admitStream(request, reply);
    request.principal = principal;
    const { kind, userId, orgId } = principal.caller;
    if (kind !== 'user' || !userId || !orgId) {
      throw problemError(ownersOnly, {}, 'Log in as an owner: keys cannot export an organisation.');
    }
    if (running >= MOST) {
      throw rateLimited({ retryAfterSeconds: 10 }, 'This many exports are already running. Wait for one of them.');
    }
    running += 1;
    try {
      const exportId = newId();
      const { name } = await edge.bus.call(beginExport, { exportId, userId }, { orgId });
      const lines = new Lines(edge, principal, { exportId, orgId, name });
      const over = () => {
        running -= 1;
        void edge.bus.call(endExport, { exportId }, { orgId }).catch((error: unknown) => {
          edge.log.warn(
            { orgId, exportId, error },
            'The end of an export was not noted; its place is free in two minutes',
          );
        });
      };
      // Whoever left meanwhile has closed already: nothing says so again, and nobody takes the first line.
      if (reply.raw.destroyed) {
        over();
        return reply.hijack();
      }
      return send(lines, { reply, log: edge.log }, over);
    } catch (error) {
      running -= 1;
      throw error;
    }
  });
}

/** `over` is called once, whatever the end. */
function send(lines: Lines, { reply, log }: { reply: FastifyReply; log: Log }, over: () => void): FastifyReply {
  const { name, ...about } = lines.whose;
  const body = Readable.from(lines.all(), { objectMode: false, highWaterMark: 1 });
  body.once('error', (error) => log.warn({ ...about, error }, 'An export was cut before its end'));
  reply.raw.once('close', () => {
    body.destroy();
    over();
  });
  const file = `${name.replaceAll(/[^\w-]+/g, '-').slice(0, 60)}-${new Date().toISOString().slice(0, 10)}.jsonl`;
  return reply
    .header('content-type', 'application/x-ndjson; charset=utf-8')
    .header('content-disposition', `attachment; filename="${file}"`)
    .send(body);
}

class Lines {
  private kept = performance.now();
  private count = 0;

  constructor(
    private readonly edge: EdgeParts,
    private readonly principal: Principal,
    readonly whose: { exportId: string; orgId: string; name: string },
  ) {}

  async *all(): AsyncGenerator<string> {
    const { orgId, name } = this.whose;
    const at = new Date().toISOString();
    yield line('export', { organisationId: orgId, name, at, format: FORMAT });
    for (const service of SERVICES) yield* this.of(service);
    yield line('end', { lines: this.count });
  }

  /** Of one service, a page at a time. */
  private async *of(service: StoringService): AsyncGenerator<string> {
    for (let after: ExportPlace | null | undefined; after !== null; ) {
      await this.mayGoOn();
      const from: ExportPlace | null = after ?? null;
      const page = await persist(() =>
        this.edge.bus.call(exports[service], { after: from }, { orgId: this.whose.orgId }),
      );
      let text = '';
      for (const { table, data } of page.items) text += line(`${service}.${table}`, data ?? { tooLarge: true });
      this.count += page.items.length;
      if (text !== '') yield text;
      after = page.next;
    }
  }

  /** The credentials may be revoked, and the owner become none, while a long export runs. */
  private async mayGoOn(): Promise<void> {
    if (this.edge.revocations.isRevoked(this.principal)) throw unavailable({}, 'The session has ended.');
    if (performance.now() - this.kept < KEEP_MS) return;
    const { exportId, orgId } = this.whose;
    await persist(() => this.edge.bus.call(keepExport, { exportId }, { orgId }));
    this.kept = performance.now();
  }
}

const line = (kind: string, data: unknown): string => `${JSON.stringify({ kind, data })}\n`;
