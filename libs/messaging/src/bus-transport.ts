import type { NatsConnection } from '@nats-io/nats-core';
import { BaseRpcContext, type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import type { Event } from '@tidegate/contracts/kernel/event';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import type { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Log } from '@tidegate/telemetry/log';
import type { Metrics } from '@tidegate/telemetry/metrics';
import { isObservable, lastValueFrom } from 'rxjs';
import type { CallerTokens } from './caller-token.ts';
import { checkHandlers } from './check-handlers.ts';
import { consumerName, EventConsumer } from './consumer.ts';
import { BUS_TRANSPORT, type EventHandler, type OperationHandler } from './handler.ts';
import { Inbox } from './inbox.ts';
import type { MessagingLimits } from './limits.ts';
import { OperationRunner } from './operation-runner.ts';
import { OperationServer } from './operation-server.ts';
import type { Outbox } from './outbox.ts';
import { asProblem } from './problem-filter.ts';
import type { SecretSealer } from './sealer.ts';

/** What a guard or interceptor finds in `context.switchToRpc().getContext()`: the contract of this call or event. */
export class BusContext<C extends Operation | Event = Operation | Event> extends BaseRpcContext<[contract: C]> {
  get contract(): C {
    return this.args[0];
  }
}

export interface BusTransportOptions {
  service: ServiceName;
  /** Operations that it has to answer. */
  contracts: Operation[];
  nc: NatsConnection;
  tenants: TenantDatabase;
  outbox: Outbox;
  limits?: MessagingLimits;
  tokens: CallerTokens;
  sealer: SecretSealer;
  log: Log;
  metrics: Metrics;
}

/**
 * How Nest hosts a service: operations over core NATS, events over JetStream with outbox and inbox. Nest wraps each
 * handler in its filters, guards, interceptors and pipes; the result is the innermost step of our chain. So all of them
 * see the handler's context, with the scope and the input already checked.
 */
export class BusTransport extends Server implements CustomTransportStrategy {
  override readonly transportId = BUS_TRANSPORT;
  /** The consumer that delivers an event handles its failure. */
  override readonly propagatesEventHandlerErrors = true;
  /** Of each consumer. */
  readonly inboxes = new Map<string, Inbox>();
  private readonly options: BusTransportOptions;
  private readonly operations: OperationHandler[] = [];
  private readonly events: EventHandler[] = [];
  private readonly consumers: EventConsumer[] = [];
  private server: OperationServer | undefined;
  private hooked = false;

  constructor(options: BusTransportOptions) {
    super();
    this.options = options;
  }

  override addHandler(
    pattern: string,
    callback: MessageHandler,
    isEventHandler = false,
    extras: { contract?: Operation | Event } = {},
  ): void {
    const { contract } = extras;
    if (!contract) throw new Error(`"${pattern}" has no contract: use @Handles or @On instead of Nest's decorators.`);
    const context = new BusContext([contract]);
    const run = (data: unknown): Promise<never> => this.run(callback, data, context);
    this.messageHandlers.set(pattern, Object.assign(callback, { isEventHandler, extras }));
    if (contract.kind === 'event') this.events.push({ event: contract, run });
    else this.operations.push({ operation: contract, run });
  }

  async listen(started: (error?: unknown) => void): Promise<void> {
    try {
      await this.start();
    } catch (error) {
      started(error);
      return;
    }
    started();
  }

  /** Takes no more work and finishes what is running. */
  async close(): Promise<void> {
    await Promise.all([this.server?.stop(), ...this.consumers.map((consumer) => consumer.stop())]);
  }

  /** Of each consumer, in seconds. */
  lags(): { name: string; lagSeconds: number }[] {
    return this.consumers.map((consumer) => ({ name: consumer.name, lagSeconds: consumer.lagSeconds() }));
  }

  on(): never {
    throw new Error('Watch the connection with `watchOf(nc)`.');
  }

  unwrap<T>(): T {
    return this.options.nc as T;
  }

  override setOnProcessingStartHook(hook: Parameters<Server['setOnProcessingStartHook']>[0]): void {
    super.setOnProcessingStartHook(hook);
    this.hooked = true;
  }

  private async start(): Promise<void> {
    const { service, contracts, nc, tenants, outbox, log, limits } = this.options;
    checkHandlers(service, this.operations, contracts);
    for (const [source, handlers] of Map.groupBy(this.events, ({ event }) => event.service)) {
      const consumer = consumerName(service, source);
      const inbox = new Inbox({ consumer, handlers, tenants, outbox });
      this.inboxes.set(consumer, inbox);
      this.consumers.push(new EventConsumer({ service, source, nc, inbox, log, limits, only: onlyOf(handlers) }));
    }
    this.server = new OperationServer(
      { ...this.options, runner: new OperationRunner(tenants, outbox, (operation) => this.handlerOf(operation)) },
      this.operations,
    );
    for (const consumer of this.consumers) await consumer.start();
    this.server.start();
  }

  private handlerOf(operation: Operation): OperationHandler | undefined {
    return this.operations.find((handler) => handler.operation === operation);
  }

  private async run(callback: MessageHandler, data: unknown, context: BusContext): Promise<never> {
    try {
      if (this.hooked) return (await this.instrumented(callback, data, context)) as never;
      return (await finalOf(await callback(data, context))) as never;
    } catch (error) {
      throw asProblem(error);
    }
  }

  /** The processing hooks of Nest's instrumentation go around the handler. */
  private instrumented(callback: MessageHandler, data: unknown, context: BusContext): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.runWithProcessingHooks(context, async (ended) => {
        try {
          resolve(await finalOf(await callback(data, context)));
        } catch (error) {
          reject(error);
        } finally {
          ended();
        }
      });
    });
  }
}

/** Nest answers an Observable where an interceptor is around the handler, and otherwise what the handler answers. */
const finalOf = (answer: unknown): unknown =>
  isObservable(answer) ? lastValueFrom(answer, { defaultValue: undefined }) : answer;

/**
 * The one event that is needed of a service, if its aggregates have no others: then its other events cost nothing here.
 * A durable consumer keeps its filter, so a handler of another event of that service comes with another consumer.
 */
function onlyOf(handlers: readonly EventHandler[]): string | undefined {
  const subjects = [...new Set(handlers.map(({ event }) => event.subject))];
  return subjects.length === 1 && handlers.every(({ event }) => event.apart) ? subjects[0] : undefined;
}
