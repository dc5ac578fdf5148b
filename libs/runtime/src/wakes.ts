import type { NatsConnection } from '@nats-io/nats-core';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import { watchOf } from '@tidegate/messaging/nats-watch';

/*
 * Tells loops that there is work, so that they need not poll: those of this process at once, those of other replicas
 * of the service by a message. Messages may be lost; a loop's own `everyMs` is the safety net.
 */
export class Wakes {
  readonly service: string;
  private readonly nc: NatsConnection;
  private readonly self = crypto.randomUUID();
  private readonly loops = new Map<string, Set<() => void>>();

  constructor(service: string, nc: NatsConnection) {
    this.service = service;
    this.nc = nc;
    // Wakes that were sent while we were disconnected were lost.
    watchOf(nc).onReconnect(() => {
      for (const loop of this.loops.keys()) this.rouse(loop);
    });
    nc.subscribe(`wake.${service}.*`, {
      callback: (error, message) => {
        if (error) return watchOf(nc).refuse('wakes of our loops', error);
        if (message.string() === this.self) return;
        this.rouse(message.subject.slice(`wake.${service}.`.length));
      },
    });
  }

  /** Whether the bus is connected. */
  get connected(): boolean {
    return watchOf(this.nc).connected;
  }

  /** Called by the loop of that name. */
  on(loop: string, rouse: () => void): void {
    this.loops.set(loop, (this.loops.get(loop) ?? new Set()).add(rouse));
  }

  /** Call it after the commit that created the work: `tx.onCommit(() => wakes.wake('run-bots'))`. */
  wake(loop: string): void {
    this.rouse(loop);
    if (!this.nc.isClosed()) this.nc.publish(`wake.${this.service}.${loop}`, this.self);
  }

  /**
   * A loop in all processes of another service. Which service may wake which loop is in `nats-permissions.ts`; a server
   * whose permissions are older refuses it, and the loop finds its work in its own time.
   */
  wakeOther(service: ServiceName, loop: string): void {
    const subject = `wake.${service}.${loop}`;
    watchOf(this.nc).mayBeRefused(subject);
    if (!this.nc.isClosed()) this.nc.publish(subject, this.self);
  }

  /** In this process only: what each replica notices by itself. */
  rouse(loop: string): void {
    for (const rouse of this.loops.get(loop) ?? []) rouse();
  }
}
