import { Controller, type Type } from '@nestjs/common';
import type { StoringService } from '@tidegate/contracts/kernel/service-names';
import { type ServiceState, serviceStates } from '@tidegate/contracts/kernel/service-state';
import { VERSION } from '@tidegate/contracts/kernel/version';
import { BusTransport } from './bus-transport.ts';
import { Handles, type OperationContext } from './handler.ts';
import { countWaiting } from './service-state.rows.ts';

const STARTED_AT = new Date(performance.timeOrigin).toISOString();

/** With which the operator sees how far behind a service is. */
export function serviceStateController(service: StoringService): Type {
  const state = serviceStates[service];

  @Controller()
  class ServiceStateOperation {
    constructor(private readonly transport: BusTransport) {}

    @Handles(state)
    async get({ tx }: OperationContext<typeof state>): Promise<ServiceState> {
      const { messages, outbox_lag, dead_letters } = await countWaiting(tx);
      return {
        version: VERSION,
        startedAt: STARTED_AT,
        consumers: this.transport.lags(),
        outbox: { messages, lagSeconds: Math.max(0, outbox_lag ?? 0) },
        deadLetters: dead_letters,
      };
    }
  }

  return ServiceStateOperation;
}
