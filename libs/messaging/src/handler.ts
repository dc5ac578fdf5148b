import 'reflect-metadata';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Envelope, Event, EventData } from '@tidegate/contracts/kernel/event';
import type { Declared, Input, Operation, Output } from '@tidegate/contracts/kernel/operation';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';

/** Writes an event into the outbox of the handler's transaction. */
export type Emit = <E extends Event>(event: E, data: EventData<E>, options?: { orgId?: string }) => Promise<void>;

export interface Use {
  /** The same key is counted once, however often it is sent. */
  key: string;
  /** When it was used; now when not given. */
  at?: Date;
  /** The lease that paid for it: without it the units count twice, as leased and as used, until the lease ends. */
  lease?: string | undefined;
}

/** Records use of a meter, in the same transaction. */
export type Meter = (meter: string, quantity: number, use: Use) => Promise<void>;

export interface OperationContext<Op extends Operation = Operation> {
  input: Input<Op>;
  caller: Caller;
  /** The caller's organisation's transaction, opened by its first query and committed after the handler. */
  tx: Tx;
  emit: Emit;
  meter: Meter;
  /** `throw refuse(botHalted, data, detail)`: the error of a problem that the operation declares. */
  refuse: Refuse<Declared<Op>>;
  /**
   * Answers with this instead, once the transaction is committed and its connection given back: for started work that
   * the caller may wait for. A repeated request with the same key gets what the handler returned.
   */
  answerLater(work: () => Promise<Output<Op>>): void;
  /** For the audit log: what the thing was before its change, as answers show it, where its contract names no `before`. */
  was(thing: object): void;
}

export interface EventContext<E extends Event = Event> {
  data: EventData<E>;
  orgId: string | undefined;
  event: Envelope;
  tx: Tx;
  emit: Emit;
  meter: Meter;
}

/** Names our transport, so that Nest binds these handlers to it and to no other. */
export const BUS_TRANSPORT = Symbol('tidegate bus');

/** This method implements the operation: a `@MessagePattern` of its subject that carries the contract. */
export function Handles<Op extends Operation>(contract: Op) {
  const pattern = MessagePattern(contract.subject, BUS_TRANSPORT, { contract });
  return <M extends (context: OperationContext<Op>) => Promise<Output<Op>>>(
    target: object,
    method: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    pattern(target, method, descriptor);
    mark(OPERATIONS, target, { contract, method });
  };
}

/**
 * This method takes part in the event's effect: its transaction is the one that marks the event as handled. It is an
 * `@EventPattern` of the event's subject that carries the contract.
 */
export function On<E extends Event>(contract: E) {
  const pattern = EventPattern(contract.subject, BUS_TRANSPORT, { contract }) as MethodDecorator;
  return <M extends (context: EventContext<E>) => Promise<void>>(
    target: object,
    method: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    pattern(target, method, descriptor);
    mark(EVENTS, target, { contract, method });
  };
}

export interface OperationHandler {
  operation: Operation;
  run: (context: OperationContext) => Promise<unknown>;
}

export interface EventHandler {
  event: Event;
  run: (context: EventContext) => Promise<void>;
}

const OPERATIONS = Symbol('tidegate operations');
const EVENTS = Symbol('tidegate events');

interface Marked<C> {
  contract: C;
  method: string | symbol;
}

function mark<C>(kind: symbol, target: object, entry: Marked<C>): void {
  const list = (Reflect.getOwnMetadata(kind, target) as Marked<C>[] | undefined) ?? [];
  Reflect.defineMetadata(kind, [...list, entry], target);
}

/** The operations that an instance implements, without Nest around them: for tests and benchmarks of one class. */
export function operationHandlers(instance: object): OperationHandler[] {
  return marked<Operation>(OPERATIONS, Object.getPrototypeOf(instance)).map(({ contract, method }) => ({
    operation: contract,
    run: bound(instance, method) as OperationHandler['run'],
  }));
}

/** What a class handles, by subject. */
export const handledBy = ({ prototype }: { prototype: object }): string[] =>
  [...marked<Operation>(OPERATIONS, prototype), ...marked<Event>(EVENTS, prototype)].map(
    ({ contract }) => contract.subject,
  );

function marked<C>(kind: symbol, prototype: object): Marked<C>[] {
  return (Reflect.getMetadata(kind, prototype) as Marked<C>[] | undefined) ?? [];
}

function bound(instance: object, method: string | symbol): (argument: never) => Promise<unknown> {
  const found = (instance as Record<string | symbol, unknown>)[method] as (argument: never) => Promise<unknown>;
  return found.bind(instance);
}
