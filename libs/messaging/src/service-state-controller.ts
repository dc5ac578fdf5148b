import { Controller, type Type } from '@nestjs/common';
import type { StoringService } from '@tidegate/contracts/kernel/service-names';
import { type ServiceState, serviceStates } from '@tidegate/contracts/kernel/service-state';
import { VERSION } from '@tidegate/contracts/kernel/version';
import { Metrics } from '@tidegate/telemetry/metrics';
import { BusTransport } from './bus-transport.ts';
import { Handles, type OperationContext } from './handler.ts';
import { countWaiting } from './service-state.rows.ts';

const STARTED_AT = new Date(performance.timeOrigin).toISOString();

/** What says of its own how late a loop is, in the process that runs it. */
const LATE: Partial<Record<StoringService, [name: string, metric: string][]>> = {
  'monitor-agent': [['figures of watched servers', 'tidegate_monitor_oldest_collection_seconds']],
  'bot-executor': [['runs of bots', 'tidegate_bots_lag_seconds']],
};

async function lateWork(service: StoringService): Promise<ServiceState['work']> {
  const metrics = new Metrics();
  const all = (LATE[service] ?? []).map(async ([name, metric]) => ({
    name,
    lateSeconds: await metrics.greatest(metric),
  }));
  return Promise.all(all);
}

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
        work: await lateWork(service),
        deadLetters: dead_letters,
      };
    }
  }

  return ServiceStateOperation;
}
