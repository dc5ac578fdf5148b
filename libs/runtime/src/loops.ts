import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { handledBy } from '@tidegate/messaging/handler';
import { Log } from '@tidegate/telemetry/log';
import { type RunningLoop, startLoops } from './loop.ts';
import { Wakes } from './wakes.ts';

/**
 * The loops of all providers and controllers. They start when everything else has started, and end after operations and
 * events and before `onApplicationShutdown`.
 */
@Injectable()
export class Loops implements OnModuleDestroy {
  private readonly running: RunningLoop[] = [];

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly log: Log,
    private readonly wakes: Wakes,
  ) {}

  start(): void {
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    const instances = new Set(
      wrappers.filter((one) => one.isDependencyTreeStatic()).map((one) => one.instance as unknown),
    );
    for (const instance of instances) {
      if (typeof instance !== 'object' || instance === null) continue;
      this.running.push(...startLoops(instance, this.log, this.wakes));
    }
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.running.map((loop) => loop.stop()));
  }
}

/** Nest binds handlers of controllers only: those of a provider would silently never be called. */
export function refuseHandlersInProviders(discovery: DiscoveryService): void {
  const faults = discovery.getProviders().flatMap(({ metatype }) => {
    const subjects = typeof metatype === 'function' && metatype.prototype ? handledBy(metatype) : [];
    return subjects.length > 0 ? [`${metatype?.name} handles ${subjects.join(', ')}`] : [];
  });
  if (faults.length > 0) throw new Error(`List it under "controllers" of its module: ${faults.join('; ')}.`);
}
