import type { Msg, NatsConnection, Subscription } from '@nats-io/nats-core';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Live } from '@tidegate/contracts/kernel/live';
import type { Operation, Output } from '@tidegate/contracts/kernel/operation';
import { ProblemError, timeout, unavailable } from '@tidegate/contracts/kernel/problem';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import { refuseWhileHeld } from '@tidegate/database/one-connection';
import { currentTrace, span, toTraceparent } from '@tidegate/telemetry/trace';
import type { z } from 'zod';
import type { CallerTokens } from './caller-token.ts';
import type { SecretSealer } from './sealer.ts';
import { TurnPublisher } from './turn-publisher.ts';
import { decode, encode, type Reply, textOf } from './wire.ts';

export interface CallOptions {
  /** The organisation to act in, as this service. */
  orgId?: string;
  /** Act for somebody else: a caller of a call in hand. */
  caller?: Caller;
  /** Already signed, for the gateway's cache. */
  callerToken?: string;
  idempotencyKey?: string;
  deadlineMs?: number;
}

const OUTPUT_PREFIX = '{"output":';

interface Pending {
  resolve: (message: Msg) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/**
 * Calls operations of other services and publishes live topics. Core NATS is at-most-once: a call ends with the
 * answer, with a declared problem, or with `timeout` or `unavailable`; repeat a write only with an idempotency key.
 */
export class Bus {
  readonly service: ServiceName | 'platform';
  private readonly nc: NatsConnection;
  private readonly publisher: TurnPublisher;
  private readonly tokens: CallerTokens;
  private readonly sealer: SecretSealer;
  private readonly inbox: string;
  private readonly pending = new Map<string, Pending>();
  private readonly subscription: Subscription;
  private sequence = 0;

  constructor(options: {
    service: ServiceName | 'platform';
    nc: NatsConnection;
    tokens: CallerTokens;
    sealer: SecretSealer;
  }) {
    this.service = options.service;
    this.nc = options.nc;
    this.publisher = new TurnPublisher(options.nc);
    this.tokens = options.tokens;
    this.sealer = options.sealer;
    // One subscription for all replies. The last token tells them apart.
    this.inbox = `_INBOX_${this.service}.${crypto.randomUUID()}.`;
    this.subscription = this.nc.subscribe(`${this.inbox}*`, {
      callback: (error, message) => {
        if (!error) this.settle(message);
      },
    });
  }

  async call<Op extends Operation>(operation: Op, input: z.input<Op['input']>, options: CallOptions = {}) {
    const output = await span(`call ${operation.name}`, 'CLIENT', () => this.request(operation, input, options));
    return output as Output<Op>;
  }

  /** Small, lossy news for whoever watches now. */
  live<L extends Live>(orgId: string, { topic }: L, data: z.input<L['data']>): void {
    if (this.nc.isClosed()) return;
    this.nc.publish(`live.${orgId}.${topic}`, JSON.stringify(data));
  }

  close(): void {
    this.subscription.unsubscribe();
    for (const { reject, timer } of this.pending.values()) {
      clearTimeout(timer);
      reject(unavailable({}, 'The process is stopping.'));
    }
    this.pending.clear();
  }

  /**
   * For the gateway: the answer as the JSON text that the service sent, without parsing it and writing it again.
   * Only for operations whose output has no secrets.
   */
  async callRaw(operation: Operation, input: unknown, options: CallOptions): Promise<string> {
    const text = textOf((await this.exchange(operation, input, options)).data);
    if (text.startsWith(OUTPUT_PREFIX)) return text.slice(OUTPUT_PREFIX.length, -1);
    const reply = JSON.parse(text) as Reply;
    if ('problem' in reply) throw ProblemError.fromDocument(reply.problem);
    return JSON.stringify(reply.output);
  }

  private async request(operation: Operation, input: unknown, options: CallOptions): Promise<unknown> {
    const message = await this.exchange(operation, input, options);
    const reply = decode<Reply>(message.data);
    if ('problem' in reply) throw ProblemError.fromDocument(reply.problem);
    return this.sealer.openOutput(operation, reply.output);
  }

  private exchange(operation: Operation, input: unknown, options: CallOptions): Promise<Msg> {
    refuseWhileHeld(`${operation.service} is asked for ${operation.name}`);
    const deadlineMs = options.deadlineMs ?? operation.deadlineMs;
    const trace = currentTrace();
    const data = encode({
      from: this.service,
      caller: options.callerToken ?? this.tokens.sign(options.caller ?? this.asService(options.orgId)),
      deadline: Date.now() + deadlineMs,
      ...(trace ? { trace: toTraceparent(trace) } : {}),
      ...(options.idempotencyKey ? { key: options.idempotencyKey } : {}),
      input: this.sealer.sealInput(operation, input),
    });
    return this.send(operation, data, deadlineMs);
  }

  private send(operation: Operation, data: Uint8Array, deadlineMs: number): Promise<Msg> {
    return new Promise((resolve, reject) => {
      this.sequence += 1;
      const id = this.sequence.toString(36);
      const timer = setTimeout(() => {
        this.pending.delete(id);
        reject(timeout({}, `${operation.service} did not answer ${operation.name} within ${deadlineMs} ms.`));
      }, deadlineMs);
      this.pending.set(id, { resolve, reject, timer });
      this.publisher.publish(operation.subject, data, { reply: this.inbox + id }, (error) => {
        this.pending.delete(id);
        clearTimeout(timer);
        reject(error);
      });
    });
  }

  private settle(message: Msg): void {
    const id = message.subject.slice(this.inbox.length);
    const waiting = this.pending.get(id);
    if (!waiting) return;
    this.pending.delete(id);
    clearTimeout(waiting.timer);
    // The server answers for nobody: status 503 and no body.
    if (message.data.length === 0) waiting.reject(unavailable({ retryAfterSeconds: 1 }, 'No replica is running.'));
    else waiting.resolve(message);
  }

  private asService(orgId: string | undefined): Caller {
    return { kind: 'service', service: this.service, scopes: ['*'], ...(orgId ? { orgId } : {}) };
  }
}
