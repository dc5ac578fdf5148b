import { Injectable } from '@nestjs/common';
import { noteRefused } from '@tidegate/contracts/identity/audit';
import type { ActorKind } from '@tidegate/contracts/kernel/action-done';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { auditOf } from '@tidegate/messaging/audited-action';
import { Bus } from '@tidegate/messaging/bus';
import { Log } from '@tidegate/telemetry/log';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../kernel/principal.ts';
import { recentlyUsed } from '../kernel/recently-used.ts';

const HOUR_MS = 3_600_000;
const MOST = 10_000;
/** While identity is away nothing piles up. */
const MOST_UNDER_WAY = 20;
/** Ids and slugs; whoever is refused wrote it. */
const PLAIN = /^[\w.:-]{1,100}$/;

/**
 * What would have been in the audit log and was refused for want of the right is there as well: of whom the organisation
 * knows, by their credentials, and never of outsiders. The same of the same person or key is noted once an hour, so that
 * nobody can fill the log or make us work by asking again. What is answered does not wait for it.
 */
@Injectable()
export class NoteRefused {
  private readonly noted = recentlyUsed<true>(MOST, { ttl: HOUR_MS });
  private underWay = 0;

  constructor(
    private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  /** Costs nothing where nothing was refused: it is called with errors only. */
  note(operation: Operation, request: FastifyRequest, error: unknown): void {
    if (!(error instanceof ProblemError) || error.code !== 'forbidden') return;
    const { principal } = request;
    const audit = auditOf(operation);
    if (!audit || !principal || principal.only) return;
    const { orgId, userId, keyId, sessionId, ip } = principal.caller;
    const { scope } = error.data as { scope?: string };
    if (!orgId || this.underWay >= MOST_UNDER_WAY) return;
    const key = `${orgId} ${keyId ?? userId ?? ''} ${operation.name}`;
    if (this.noted.has(key)) return;
    this.noted.set(key, true);
    const given = audit.of ? undefined : (request.params as Record<string, unknown>)[audit.id ?? 'id'];
    const id = typeof given === 'string' && PLAIN.test(given) ? given : null;
    const actor = {
      kind: kindOf(principal),
      ...(userId ? { userId } : {}),
      ...(keyId && principal.caller.kind === 'api_key' ? { keyId } : {}),
      ...(sessionId ? { sessionId } : {}),
      ...(ip ? { address: ip } : {}),
    };
    this.underWay += 1;
    this.bus
      .call(
        noteRefused,
        {
          ...{ action: operation.name, actor, thing: { kind: audit.thing, id } },
          ...(scope ? { missingScope: scope } : {}),
        },
        { orgId },
      )
      .catch((failed: unknown) => {
        this.noted.delete(key);
        this.log.warn({ error: failed, operation: operation.name }, 'A refused attempt could not be recorded');
      })
      .finally(() => {
        this.underWay -= 1;
      });
  }
}

function kindOf({ caller: { kind } }: Principal): ActorKind {
  return kind === 'api_key' || kind === 'service_key' ? kind : 'person';
}
