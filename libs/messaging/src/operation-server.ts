import type { Msg, NatsConnection, Subscription } from '@nats-io/nats-core';
import {
  answerTooLarge,
  internalError,
  malformedBody,
  ProblemError,
  unauthenticated,
  unavailable,
} from '@tidegate/contracts/kernel/problem';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import type { Log } from '@tidegate/telemetry/log';
import type { Metrics } from '@tidegate/telemetry/metrics';
import { SeriesMap } from '@tidegate/telemetry/series';
import { fromTraceparent, runInTrace, span } from '@tidegate/telemetry/trace';
import type { CallerTokens } from './caller-token.ts';
import { standIn } from './changed-logins.ts';
import { isOutage } from './errors.ts';
import type { OperationHandler } from './handler.ts';
import { LoadShedder } from './load-shedder.rules.ts';
import { memberPrefix, membersPrefix, operationPrefix, whoSubject } from './members.ts';
import { watchOf } from './nats-watch.ts';
import type { OperationRunner } from './operation-runner.ts';
import { holderOf, tooMuchWork } from './overload.rules.ts';
import type { SecretSealer } from './sealer.ts';
import { checkSecrets } from './secrets.ts';
import { TurnPublisher } from './turn-publisher.ts';
import { decode, encode, MAX_MESSAGE_BYTES, type Reply, type Request } from './wire.ts';

const SOON = { retryAfterSeconds: 1 };
/** What may take longer waits for something else: Stripe, a backtest, a customer's server, a thread. */
const USUAL_DEADLINE_MS = 10_000;
/** How often an outage logs a line, with the number of requests that it failed. */
const REPORT_OUTAGE_MS = 5_000;
const TOO_LARGE = 'The answer is too large. Ask for a smaller page or range; what a change was to do is done.';
const CLOCKS = 'The caller was signed too long ago: the clocks of our hosts differ, or one of them was set.';

/** Answers a service's operations. Replicas share the work as one queue group, and each answers what is sent to it alone. */
export class OperationServer {
  private readonly options: {
    service: ServiceName;
    nc: NatsConnection;
    runner: OperationRunner;
    tokens: CallerTokens;
    sealer: SecretSealer;
    log: Log;
    metrics: Metrics;
  };
  private member = crypto.randomUUID();
  private readonly publisher: TurnPublisher;
  private readonly handlers: Map<string, OperationHandler>;
  private readonly shedder = new LoadShedder();
  private readonly shed;
  /** By operation and outcome. */
  private readonly durations: SeriesMap;
  private readonly outage = { reported: Number.NEGATIVE_INFINITY, requests: 0 };
  private line: Line | undefined;
  /** While the connection is made again. */
  private beside: Line | undefined;
  private stopped = false;

  constructor(options: OperationServer['options'], handlers: OperationHandler[]) {
    this.options = options;
    this.publisher = new TurnPublisher(options.nc);
    for (const { operation } of handlers) checkSecrets(operation);
    this.handlers = new Map(handlers.map((handler) => [handler.operation.subject, handler]));
    const { service, metrics } = options;
    this.durations = new SeriesMap(
      metrics.histogram('tidegate_operation_seconds', 'Time to answer an operation', [
        'service',
        'operation',
        'outcome',
      ]),
    );
    this.shed = metrics.counter('tidegate_operations_shed_total', 'Requests refused because too much was in hand', [
      'service',
    ]);
    this.shed.inc({ service }, 0);
  }

  start(): void {
    const { nc } = this.options;
    this.line = new Line(nc, this.publisher);
    this.receive(this.line);
    standIn(nc, { begin: (beside) => this.receiveOver(beside), end: () => this.receiveAsBefore() });
    watchOf(nc).onReconnect(() => this.renew());
  }

  /** What was sent to this member by the connection that broke is lost: whoever asks who is there shall see another one. */
  private renew(): void {
    if (this.stopped) return;
    this.member = crypto.randomUUID();
    for (const line of [this.line, this.beside]) {
      if (!line) continue;
      line.mine?.unsubscribe();
      line.mine = this.receiveMine(line);
    }
  }

  private receive(line: Line): void {
    const { service } = this.options;
    const [all, members] = [operationPrefix(service), membersPrefix(service)] as const;
    const takeShared = (message: Msg) => {
      if (!message.subject.startsWith(members)) this.take(message, message.subject, line);
    };
    const answerWho = ({ reply }: Msg) => reply && line.publisher.publish(reply, new TextEncoder().encode(this.member));
    line.mine = this.receiveMine(line);
    line.shared = [
      this.subscribe(line, `${all}>`, takeShared, { queue: service }),
      this.subscribe(line, whoSubject(service), answerWho),
    ];
  }

  private receiveMine(line: Line): Subscription {
    const { service } = this.options;
    const [all, mine] = [operationPrefix(service), memberPrefix(service, this.member)] as const;
    return this.subscribe(line, `${mine}>`, (message) =>
      this.take(message, all + message.subject.slice(mine.length), line),
    );
  }

  private subscribe(
    line: Line,
    subject: string,
    take: (message: Msg) => void,
    queue?: { queue: string },
  ): Subscription {
    return line.nc.subscribe(subject, {
      ...queue,
      callback: (error, message) => {
        if (error) watchOf(this.options.nc).refuse('requests to our operations', error);
        else take(message);
      },
    });
  }

  private take(message: Msg, subject: string, line: Line): void {
    line.took();
    void this.answer(message, subject, line).finally(() => line.gave());
  }

  /** The bus takes an answer only from the connection that had the question. */
  private async receiveOver(beside: NatsConnection): Promise<void> {
    if (!this.line) return;
    this.beside = new Line(beside, new TurnPublisher(beside));
    this.receive(this.beside);
    await beside.flush();
    await this.line.empty();
  }

  private async receiveAsBefore(): Promise<void> {
    const { beside, line } = this;
    if (!beside || !line) return;
    if (!this.stopped) this.receive(line);
    await line.nc.flush().catch(() => undefined);
    await beside.empty();
    this.beside = undefined;
  }

  /** Takes no more, finishes what is in hand. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all([this.line?.empty(), this.beside?.empty()]);
  }

  /** `subject`: the operation's own, however the request came. */
  private async answer(message: Msg, subject: string, line: Line): Promise<void> {
    const started = performance.now();
    const handler = this.handlers.get(subject);
    const reply = await this.reply(message, handler);
    if (reply && message.reply) line.publisher.publish(message.reply, this.encodeReply(message, reply));
    const outcome = reply === undefined ? 'expired' : 'problem' in reply ? reply.problem.code : 'ok';
    const operation = handler?.operation.name ?? 'unknown';
    this.durations
      .at(`${operation} ${outcome}`, () => ({ service: this.options.service, operation, outcome }))
      .observe((performance.now() - started) / 1_000);
  }

  private async reply(message: Msg, handler: OperationHandler | undefined): Promise<Reply | undefined> {
    let request: Request;
    try {
      request = readRequest(message.data);
    } catch {
      return problemReply(malformedBody());
    }
    if (request.within <= 0) return undefined;
    if (!handler) return problemReply(unavailable(SOON, 'This replica does not have the operation.'));
    const trace = fromTraceparent(request.trace);
    return runInTrace(trace, () =>
      span(`handle ${handler.operation.name}`, 'SERVER', () => this.run(handler, request), {
        parent: trace,
        service: this.options.service,
      }),
    );
  }

  private async run(handler: OperationHandler, request: Request): Promise<Reply> {
    const { tokens, sealer, runner, log } = this.options;
    const { operation } = handler;
    const deadline = performance.now() + request.within;
    try {
      const caller = tokens.verify(request.caller);
      if (!caller) throw unauthenticated();
      if (caller === 'expired') return this.reportOutage(new Error(CLOCKS), operation.name);
      const who = holderOf(operation, caller);
      const waits = operation.deadlineMs > USUAL_DEADLINE_MS;
      const began = performance.now();
      if (!this.shedder.begin(who, began, waits)) return this.refuseForLoad();
      try {
        const input = sealer.openInput(operation, request.input);
        const { key, recall } = request;
        const output = await runner.run(handler, { caller, input, key, recall, deadline });
        return { output: sealer.sealOutput(operation, output, request.from) };
      } finally {
        this.shedder.end(who, began, performance.now(), waits);
      }
    } catch (error) {
      if (error instanceof ProblemError) return problemReply(error);
      if (isOutage(error)) return this.reportOutage(error, operation.name);
      log.error({ error, operation: operation.name }, 'An operation failed');
      return problemReply(internalError());
    }
  }

  private refuseForLoad(): Reply {
    this.shed.inc({ service: this.options.service });
    return problemReply(tooMuchWork());
  }

  private reportOutage(error: unknown, operation: string): Reply {
    const { outage } = this;
    outage.requests += 1;
    if (performance.now() > outage.reported + REPORT_OUTAGE_MS) {
      this.options.log.warn({ error, operation, requests: outage.requests }, 'Requests fail because of an outage');
      Object.assign(outage, { reported: performance.now(), requests: 0 });
    }
    return problemReply(unavailable(SOON));
  }

  /** Whatever a handler returns, something is sent. */
  private encodeReply({ subject }: Msg, reply: Reply): Uint8Array {
    try {
      const data = encode(reply);
      if (data.length <= MAX_MESSAGE_BYTES) return data;
      this.options.log.warn({ subject, bytes: data.length }, 'An answer was too large to send');
      return encode(problemReply(answerTooLarge({ limitBytes: MAX_MESSAGE_BYTES }, TOO_LARGE)));
    } catch (error) {
      this.options.log.error({ error, subject }, 'An answer could not be written as JSON');
      return encode(problemReply(internalError()));
    }
  }
}

/** A connection by which requests come, and their answers go. */
class Line {
  shared: Subscription[] = [];
  mine: Subscription | undefined;
  readonly nc: NatsConnection;
  readonly publisher: TurnPublisher;
  private inHand = 0;
  private drained: () => void = () => {};

  constructor(nc: NatsConnection, publisher: TurnPublisher) {
    this.nc = nc;
    this.publisher = publisher;
  }

  took(): void {
    this.inHand += 1;
  }

  gave(): void {
    this.inHand -= 1;
    if (this.inHand === 0) this.drained();
  }

  /** Takes no more, finishes what is in hand. */
  async empty(): Promise<void> {
    // One that the bus refused, or that ended with its connection, receives nothing anyway.
    const all = this.mine ? [...this.shared, this.mine] : this.shared;
    await Promise.all(all.map((one) => one.drain().catch(() => undefined)));
    if (this.inHand > 0) {
      await new Promise<void>((resolve) => {
        this.drained = resolve;
      });
    }
    this.publisher.flush();
  }
}

function readRequest(data: Uint8Array): Request {
  const request = decode<Request | null>(data);
  if (typeof request?.caller !== 'string' || typeof request.within !== 'number') throw new Error('Not a request.');
  return request;
}

const problemReply = (error: ProblemError): Reply => ({ problem: error.toDocument() });
