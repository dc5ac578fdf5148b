import type { Msg, NatsConnection, Subscription } from '@nats-io/nats-core';
import {
  internalError,
  malformedBody,
  ProblemError,
  unauthenticated,
  unavailable,
} from '@tidegate/contracts/kernel/problem';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import type { Log } from '@tidegate/telemetry/log';
import type { Metrics } from '@tidegate/telemetry/metrics';
import { fromTraceparent, runInTrace, span } from '@tidegate/telemetry/trace';
import type { CallerTokens } from './caller-token.ts';
import { isOutage } from './errors.ts';
import type { OperationHandler } from './handler.ts';
import type { OperationRunner } from './operation-runner.ts';
import type { SecretSealer } from './sealer.ts';
import { checkSecrets } from './secrets.ts';
import { TurnPublisher } from './turn-publisher.ts';
import { decode, encode, MAX_MESSAGE_BYTES, type Reply, type Request } from './wire.ts';

/** More than this at once and callers are told to come back: a queue that grows answers nobody in time. */
const MAX_IN_HAND = 1_000;

/** Answers a service's operations. Replicas share the work as one queue group. */
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
  private readonly publisher: TurnPublisher;
  private readonly handlers: Map<string, OperationHandler>;
  private readonly inHand = new Set<Promise<void>>();
  private readonly duration;
  private subscription: Subscription | undefined;

  constructor(options: OperationServer['options'], handlers: OperationHandler[]) {
    this.options = options;
    this.publisher = new TurnPublisher(options.nc);
    for (const { operation } of handlers) checkSecrets(operation);
    this.handlers = new Map(handlers.map((handler) => [handler.operation.subject, handler]));
    this.duration = options.metrics.histogram('tidegate_operation_seconds', 'Time to answer an operation', [
      'service',
      'operation',
      'outcome',
    ]);
  }

  start(): void {
    const { nc, service } = this.options;
    this.subscription = nc.subscribe(`rpc.${service}.>`, {
      queue: service,
      callback: (error, message) => {
        if (error) return;
        const work: Promise<void> = this.answer(message).finally(() => this.inHand.delete(work));
        this.inHand.add(work);
      },
    });
  }

  /** Takes no more, finishes what is in hand. */
  async stop(): Promise<void> {
    await this.subscription?.drain();
    await Promise.all(this.inHand);
    this.publisher.flush();
  }

  private async answer(message: Msg): Promise<void> {
    const started = performance.now();
    const handler = this.handlers.get(message.subject);
    const reply = await this.reply(message, handler);
    if (reply) this.respond(message, reply);
    this.duration.observe(
      {
        service: this.options.service,
        operation: handler?.operation.name ?? 'unknown',
        outcome: reply === undefined ? 'expired' : 'problem' in reply ? reply.problem.code : 'ok',
      },
      (performance.now() - started) / 1_000,
    );
  }

  private async reply(message: Msg, handler: OperationHandler | undefined): Promise<Reply | undefined> {
    let request: Request;
    try {
      request = decode<Request>(message.data);
    } catch {
      return problemReply(malformedBody());
    }
    if (Date.now() >= request.deadline) return undefined;
    if (!handler) return problemReply(unavailable({}, 'This replica does not know the operation.'));
    if (this.inHand.size > MAX_IN_HAND) return problemReply(unavailable({ retryAfterSeconds: 1 }, 'Overloaded.'));
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
    try {
      const caller = tokens.verify(request.caller);
      if (!caller) throw unauthenticated();
      const input = sealer.openInput(operation, request.input);
      const output = await runner.run(handler, { caller, input, key: request.key, deadline: request.deadline });
      return { output: sealer.sealOutput(operation, output, request.from) };
    } catch (error) {
      if (error instanceof ProblemError) return problemReply(error);
      log.error({ error, operation: operation.name }, 'An operation failed');
      return problemReply(isOutage(error) ? unavailable({ retryAfterSeconds: 1 }) : internalError());
    }
  }

  private respond(message: Msg, reply: Reply): void {
    let data = encode(reply);
    if (data.length > MAX_MESSAGE_BYTES) {
      this.options.log.error({ subject: message.subject, bytes: data.length }, 'An answer was too large to send');
      data = encode(problemReply(internalError({}, 'The answer is too large. Ask for a smaller page or range.')));
    }
    if (message.reply) this.publisher.publish(message.reply, data);
  }
}

const problemReply = (error: ProblemError): Reply => ({ problem: error.toDocument() });
