import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { clock } from '@tidegate/runtime/clock';
import type { Stripe } from 'stripe';
import { refusalOf, StripeApi } from './stripe-api.ts';
import { beginCall, callDone, callRefused, type StripeCallRow } from './stripe-call.rows.ts';

/** Stripe remembers keys for at least a day. */
const REMEMBERED_MS = 23 * 3_600_000;

export interface Creation<T extends { id: string }> {
  orgId: string;
  /** Names what is to be made, whoever asks for it and however often. */
  key: string;
  operation: string;
  endpoint: string;
  /** The same key always has the same ones. */
  params: object;
  create: (stripe: Stripe, options: { idempotencyKey?: string }) => Promise<T>;
  /** What was made before. */
  fetch: (stripe: Stripe, id: string) => Promise<T>;
  /** Finds what an attempt has made whose answer never came and whose key Stripe does not know any more. */
  find?: (stripe: Stripe, since: Date) => Promise<T | undefined>;
}

/**
 * Creates something at Stripe once:
 *
 *   stored (started) → sent with its key → answered: done, with the id · refused: the next attempt has another key
 *                                        → no answer: stays started, and is sent again with the same key
 *   done → fetched by its id
 */
@Injectable()
export class StoredCalls {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
  ) {}

  async create<T extends { id: string }>(what: Creation<T>): Promise<T> {
    const { orgId, key, operation, endpoint } = what;
    const paramsHash = createHash('sha256').update(JSON.stringify(what.params)).digest('base64');
    const call = await this.tenants.run(orgId, (tx) => beginCall(tx, { key, operation, paramsHash }));
    if (call.params_hash !== paramsHash)
      throw new Error(`The call ${operation} ${key} was begun with other parameters.`);
    const { response_id: made } = call;
    if (made) return this.api.call(`${endpoint} again`, (stripe) => what.fetch(stripe, made));
    try {
      const answer = (await this.found(what, call)) ?? (await this.send(what, call));
      await this.tenants.run(orgId, (tx) => callDone(tx, key, answer.id));
      return answer;
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal) await this.tenants.run(orgId, (tx) => callRefused(tx, key, refusal));
      throw error;
    }
  }

  private send<T extends { id: string }>(
    { key, endpoint, create }: Creation<T>,
    { refusals }: StripeCallRow,
  ): Promise<T> {
    const idempotencyKey = refusals > 0 ? `${key}:${refusals}` : key;
    return this.api.call(endpoint, create, { idempotencyKey });
  }

  private async found<T extends { id: string }>({ endpoint, find }: Creation<T>, call: StripeCallRow) {
    const { started_at: since } = call;
    if (!find || clock.now() - since.getTime() < REMEMBERED_MS) return undefined;
    return this.api.call(`${endpoint} find`, (stripe) => find(stripe, since));
  }
}
