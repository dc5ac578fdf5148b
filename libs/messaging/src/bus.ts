import type { Msg, NatsConnection, Subscription } from '@nats-io/nats-core';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Live } from '@tidegate/contracts/kernel/live';
import type { Operation, Output } from '@tidegate/contracts/kernel/operation';
import { bodyTooLarge, ProblemError, timeout, unavailable } from '@tidegate/contracts/kernel/problem';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import { Fleeting } from '@tidegate/database/fleeting';
import { refuseWhileHeld } from '@tidegate/database/one-connection';
import { currentTrace, span, toTraceparent } from '@tidegate/telemetry/trace';
import type { z } from 'zod';
import type { CallerTokens } from './caller-token.ts';
import { standIn } from './changed-logins.ts';
import { isOutage } from './errors.ts';
import { Members, subjectFor, whoSubject } from './members.ts';
import { type NatsWatch, watchOf } from './nats-watch.ts';
import type { SecretSealer } from './sealer.ts';
import { hasSecrets } from './secrets.ts';
import { TurnPublisher } from './turn-publisher.ts';
import { decode, encode, MAX_MESSAGE_BYTES, type Reply, textOf } from './wire.ts';

export interface CallOptions {
  /** The organisation to act in, as this service. */
  orgId?: string;
  /** Act for somebody else: the caller of the current call. */
  caller?: Caller;
  /** Already signed, for the gateway's cache. */
  callerToken?: string;
  idempotencyKey?: string;
  /** Only the earlier answer to this key; `not_found` when there is none. */
  recall?: true | undefined;
  deadlineMs?: number;
}

const OUTPUT_PREFIX = '{"output":';
const SOON = { retryAfterSeconds: 1 };
/** A call without responders, and a read that failed, is retried once after this long: a replica may just be starting. */
const ASK_AGAIN_MS = 250;
/** What may be repeated and has no answer is sent again after this long: the replica that took it may have died. */
const REPEAT_MS = 2_000;
/** A write that takes longer waits for others meanwhile, and would keep them busy twice. */
const QUICK_MS = 10_000;
/** How long a write without a key still waits after the connection broke: its answer is very likely lost. */
const AFTER_BREAK_MS = 2_000;

interface Pending {
  resolve: (message: Msg) => void;
  reject: (error: Error) => void;
  operation: Operation;
  timer: NodeJS.Timeout;
  ends: number;
  /** What is sent again when no answer comes, if it may be; the first answer counts. */
  repeat: Uint8Array | undefined;
  /** Who was sent it last; undefined: whoever the server drew. */
  member: string | undefined;
  sent: number;
}

/**
 * Calls operations of other services and publishes live topics. Core NATS is at-most-once: a call ends with the
 * answer, with a declared problem, with `unavailable` (nothing happened, or it was a read) or with `timeout` (nobody
 * knows); repeat a write only with an idempotency key. Without a connection nothing is waited for.
 */
export class Bus {
  readonly service: ServiceName | 'platform';
  private readonly nc: NatsConnection;
  private readonly watch: NatsWatch;
  private readonly publisher: TurnPublisher;
  private readonly tokens: CallerTokens;
  private readonly sealer: SecretSealer;
  private readonly inbox: string;
  private readonly pending = new Fleeting<string, Pending>();
  private readonly members = new Members((service, answered) => this.askWho(service, answered));
  private readonly asked = new Map<string, (member: string) => void>();
  private readonly subscription: Subscription;
  private sequence = 0;
  /** Calls go over this while the connection is made again; answers come by whichever is there. */
  private beside: TurnPublisher | undefined;
  private held: PromiseWithResolvers<void> | undefined;
  private emptied: () => void = () => {};
  private readonly onSilence = new Set<() => void>();
  /** Refusals of calls that nobody received: those may be repeated, whatever they do. */
  private readonly unheard = new WeakSet<object>();

  constructor(options: {
    service: ServiceName | 'platform';
    nc: NatsConnection;
    tokens: CallerTokens;
    sealer: SecretSealer;
  }) {
    this.service = options.service;
    this.nc = options.nc;
    this.watch = watchOf(options.nc);
    this.watch.onDisconnect(() => this.cutShort());
    standIn(options.nc, { begin: (beside) => this.callOver(beside), end: async () => this.callAsBefore() });
    this.publisher = new TurnPublisher(options.nc);
    this.tokens = options.tokens;
    this.sealer = options.sealer;
    // One subscription for all replies. The last token tells them apart.
    this.inbox = `_INBOX_${this.service}.${crypto.randomUUID()}.`;
    this.subscription = this.receiveFrom(this.nc);
  }

  private receiveFrom(nc: NatsConnection): Subscription {
    return nc.subscribe(`${this.inbox}*`, {
      callback: (error, message) => {
        if (error) this.watch.refuse('answers to our calls', error);
        else this.settle(message);
      },
    });
  }

  private async callOver(beside: NatsConnection): Promise<void> {
    this.receiveFrom(beside);
    await beside.flush();
    this.publisher.flush();
    this.beside = new TurnPublisher(beside);
  }

  private callAsBefore(): void {
    this.beside?.flush();
    this.beside = undefined;
  }

  async call<Op extends Operation>(operation: Op, input: z.input<Op['input']>, options: CallOptions = {}) {
    const output = await span(`call ${operation.name}`, 'CLIENT', () => this.request(operation, input, options));
    return output as Output<Op>;
  }

  /** Small, lossy updates for clients that are watching now. */
  live<L extends Live>(orgId: string, { topic }: L, data: z.input<L['data']>): void {
    if (!this.watch.connected) return;
    this.nc.publish(`live.${orgId}.${topic}`, JSON.stringify(data));
  }

  /** Called whenever a call ends because nobody answered it: it may be often. */
  onUnanswered(listener: () => void): void {
    this.onSilence.add(listener);
  }

  close(): void {
    this.subscription.unsubscribe();
    for (const [id] of this.pending.entries()) this.take(id)?.reject(unavailable(SOON, 'The process is stopping.'));
  }

  /**
   * For the gateway: the answer as the JSON text that the service sent, without parsing and serialising it.
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

  private async exchange(operation: Operation, input: unknown, options: CallOptions): Promise<Msg> {
    refuseWhileHeld(`${operation.service} is asked for ${operation.name}`);
    const began = performance.now();
    const deadlineMs = options.deadlineMs ?? operation.deadlineMs;
    const sealed = this.sealer.sealInput(operation, input);
    const send = (withinMs: number) =>
      this.send(operation, this.encodeRequest(sealed, options, withinMs), withinMs, mayRepeat(operation, options));
    try {
      return await send(deadlineMs);
    } catch (error) {
      for (const listener of this.onSilence) listener();
      const left = began + deadlineMs - performance.now() - ASK_AGAIN_MS;
      const away = error instanceof ProblemError && error.code === 'unavailable';
      const harmless = operation.readonly || this.unheard.has(error as object);
      if (!away || !harmless || left <= 0 || this.nc.isClosed()) throw error;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      return send(left);
    }
  }

  /** Throws for what no message can take: what arrived small may be written larger, as numbers and sealed secrets are. */
  private encodeRequest(input: unknown, options: CallOptions, within: number): Uint8Array {
    const trace = currentTrace();
    const data = encode({
      from: this.service,
      caller: options.callerToken ?? this.tokens.sign(options.caller ?? this.asService(options.orgId)),
      within,
      ...(trace ? { trace: toTraceparent(trace) } : {}),
      ...(options.idempotencyKey ? { key: options.idempotencyKey } : {}),
      ...(options.recall ? { recall: true as const } : {}),
      input,
    });
    if (data.length <= MAX_MESSAGE_BYTES) return data;
    throw bodyTooLarge(
      { limitBytes: MAX_MESSAGE_BYTES },
      `As it is passed on, with numbers written out and secrets sealed, it has ${data.length} bytes; the limit is ${MAX_MESSAGE_BYTES}. Send less at once.`,
    );
  }

  /** New calls wait, for so long at the most; resolves when each that was sent has its answer, or nobody waits for it. */
  async hold(mostMs: number): Promise<void> {
    this.held ??= Promise.withResolvers();
    setTimeout(() => this.goOn(), mostMs).unref();
    if (this.pending.size > 0) {
      await new Promise<void>((resolve) => {
        this.emptied = resolve;
      });
    }
  }

  goOn(): void {
    this.held?.resolve();
    this.held = undefined;
  }

  private send(operation: Operation, data: Uint8Array, deadlineMs: number, again: boolean): Promise<Msg> {
    const now = () => this.sendNow(operation, data, deadlineMs, again);
    return this.held ? this.held.promise.then(now) : now();
  }

  private sendNow(operation: Operation, data: Uint8Array, deadlineMs: number, again: boolean): Promise<Msg> {
    if (!this.watch.connected && !this.beside) return Promise.reject(unavailable(SOON, 'The bus is not connected.'));
    return new Promise((resolve, reject) => {
      this.sequence += 1;
      const id = this.sequence.toString(36);
      const repeat = again && deadlineMs > REPEAT_MS ? data : undefined;
      const timer = setTimeout(() => this.expire(id), repeat ? REPEAT_MS : deadlineMs);
      const ends = performance.now() + deadlineMs;
      const waiting: Pending = { resolve, reject, operation, timer, ends, repeat, member: undefined, sent: 0 };
      this.pending.set(id, waiting);
      this.publish(id, waiting, data);
    });
  }

  private publish(id: string, waiting: Pending, data: Uint8Array): void {
    const { service, subject: shared } = waiting.operation;
    waiting.member = this.members.next(service);
    waiting.sent += 1;
    const subject = subjectFor(service, shared, waiting.member);
    (this.beside ?? this.publisher).publish(subject, data, { reply: this.inbox + id }, (error) => {
      if (mayHaveHappened(waiting)) return;
      this.take(id)?.reject(isOutage(error) ? unavailable(SOON, 'The bus is not connected.') : error);
    });
  }

  private askWho(service: ServiceName, answered: (member: string) => void): () => void {
    this.sequence += 1;
    const id = `who-${this.sequence.toString(36)}`;
    this.asked.set(id, answered);
    (this.beside ?? this.publisher).publish(
      whoSubject(service),
      new Uint8Array(),
      { reply: this.inbox + id },
      () => {},
    );
    return () => this.asked.delete(id);
  }

  private take(id: string): Pending | undefined {
    const waiting = this.pending.take(id);
    clearTimeout(waiting?.timer);
    if (this.pending.size === 0) this.emptied();
    return waiting;
  }

  private expire(id: string): void {
    const unanswered = this.pending.get(id);
    if (unanswered?.repeat) {
      this.repeat(id, unanswered, unanswered.repeat);
      return;
    }
    const waiting = this.take(id);
    if (!waiting) return;
    const { service, name } = waiting.operation;
    void this.members.suspect(service);
    waiting.reject(timeout(SOON, `${service} did not answer ${name} in time.`));
  }

  /**
   * Once more to those that are there, as long as it is not known that whoever has it is one of them. Where nobody answers,
   * a service that has too much to do would only get more.
   */
  private repeat(id: string, waiting: Pending, data: Uint8Array): void {
    const { operation, member } = waiting;
    const left = waiting.ends - performance.now();
    if (left <= REPEAT_MS) waiting.repeat = undefined;
    waiting.timer = setTimeout(() => this.expire(id), Math.min(left, REPEAT_MS));
    void this.members.suspect(operation.service).then(() => {
      if (!this.members.isAnybodyThere(operation.service)) return;
      if (member !== undefined && this.members.isThere(operation.service, member)) return;
      const isConnected = this.watch.connected || this.beside;
      if (isConnected && this.pending.get(id) === waiting) this.publish(id, waiting, data);
    });
  }

  /** The connection broke. Reads may be retried at once, what has a key is sent again; the fate of another write remains unknown. */
  private cutShort(): void {
    if (this.beside) return;
    for (const [id, waiting] of this.pending.entries()) {
      if (waiting.operation.readonly) {
        this.take(id)?.reject(unavailable(SOON, 'The connection to the bus broke.'));
        continue;
      }
      if (waiting.repeat) {
        waiting.member = undefined;
        continue;
      }
      clearTimeout(waiting.timer);
      const left = Math.min(AFTER_BREAK_MS, waiting.ends - performance.now());
      waiting.timer = setTimeout(() => this.expire(id), left);
    }
  }

  private settle(message: Msg): void {
    const id = message.subject.slice(this.inbox.length);
    // Without members the server answers as well, with nothing.
    if (id.startsWith('who-')) return void (message.data.length > 0 && this.asked.get(id)?.(textOf(message.data)));
    // The server answers when nobody is subscribed: status 503 and no body.
    if (message.data.length > 0) {
      this.take(id)?.resolve(message);
      return;
    }
    const waiting = this.pending.get(id);
    if (!waiting) return;
    if (waiting.member) this.members.evict(waiting.operation.service, waiting.member);
    if (mayHaveHappened(waiting)) return;
    this.take(id);
    const nobody = unavailable(SOON, 'No replica is running.');
    this.unheard.add(nobody);
    waiting.reject(nobody);
  }

  private asService(orgId: string | undefined): Caller {
    return { kind: 'service', service: this.service, scopes: ['*'], ...(orgId ? { orgId } : {}) };
  }
}

/**
 * Whether the call may be sent again without asking: a read, or a write whose key lets it happen once. One whose answer has
 * secrets shows them to the first alone, and the public have no keys.
 */
const mayRepeat = ({ readonly, scope, deadlineMs, output }: Operation, { idempotencyKey }: CallOptions): boolean =>
  readonly || (idempotencyKey !== undefined && scope !== 'public' && deadlineMs <= QUICK_MS && !hasSecrets(output));

/** A write that was sent before: that this time it reached nobody does not say that it did not happen. */
const mayHaveHappened = ({ operation, sent }: Pending): boolean => !operation.readonly && sent > 1;
