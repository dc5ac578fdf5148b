import 'reflect-metadata';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Envelope, Event, EventData } from '@tidegate/contracts/kernel/event';
import type { Input, Operation, Output } from '@tidegate/contracts/kernel/operation';
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
  /**
   * Answers with this instead, once the transaction is committed and its connection given back: for work that was begun
   * and that the caller may wait for. A repeated request with the same key gets what the handler returned.
   */
  answerLater(work: () => Promise<Output<Op>>): void;
}

export interface EventContext<E extends Event = Event> {
  data: EventData<E>;
  orgId: string | undefined;
  event: Envelope;
  tx: Tx;
  emit: Emit;
  meter: Meter;
}

const OPERATIONS = Symbol('tidegate operations');
const EVENTS = Symbol('tidegate events');

interface Marked<C> {
  contract: C;
  method: string | symbol;
}

/** This method implements the operation. */
export function Handles<Op extends Operation>(contract: Op) {
  return <M extends (call: OperationContext<Op>) => Promise<Output<Op>>>(
    target: object,
    method: string | symbol,
    _descriptor: TypedPropertyDescriptor<M>,
  ): void => mark(OPERATIONS, target, { contract, method });
}

/** This method takes part in the event's effect: its transaction is the one that marks the event as handled. */
export function On<E extends Event>(contract: E) {
  return <M extends (happened: EventContext<E>) => Promise<void>>(
    target: object,
    method: string | symbol,
    _descriptor: TypedPropertyDescriptor<M>,
  ): void => mark(EVENTS, target, { contract, method });
}

function mark<C>(kind: symbol, target: object, entry: Marked<C>): void {
  const list = (Reflect.getOwnMetadata(kind, target) as Marked<C>[] | undefined) ?? [];
  Reflect.defineMetadata(kind, [...list, entry], target);
}

export interface OperationHandler {
  operation: Operation;
  run: (call: OperationContext) => Promise<unknown>;
}

export interface EventHandler {
  event: Event;
  run: (happened: EventContext) => Promise<void>;
}

export function operationHandlers(instance: object): OperationHandler[] {
  return marked<Operation>(OPERATIONS, instance).map(({ contract, method }) => ({
    operation: contract,
    run: bound(instance, method) as OperationHandler['run'],
  }));
}

export function eventHandlers(instance: object): EventHandler[] {
  return marked<Event>(EVENTS, instance).map(({ contract, method }) => ({
    event: contract,
    run: bound(instance, method) as EventHandler['run'],
  }));
}

function marked<C>(kind: symbol, instance: object): Marked<C>[] {
  return (Reflect.getMetadata(kind, Object.getPrototypeOf(instance)) as Marked<C>[] | undefined) ?? [];
}

function bound(instance: object, method: string | symbol): (argument: never) => Promise<unknown> {
  const found = (instance as Record<string | symbol, unknown>)[method] as (argument: never) => Promise<unknown>;
  return found.bind(instance);
}
