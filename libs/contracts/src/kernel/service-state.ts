import { z } from 'zod';
import { operation } from './operation.ts';
import { STORING_SERVICES, type StoringService } from './service-names.ts';
import { Timestamp } from './types.ts';

export const ServiceState = z
  .object({
    version: z.string(),
    startedAt: Timestamp,
    consumers: z.array(
      z.object({
        name: z.string(),
        lagSeconds: z.number().meta({ description: 'Age of the oldest event that it has and has not settled' }),
      }),
    ),
    outbox: z.object({
      messages: z.int().meta({ description: 'Events that are not sent yet' }),
      lagSeconds: z.number().meta({ description: 'Age of the oldest of them; 0 without' }),
    }),
    work: z
      .array(z.object({ name: z.string(), lateSeconds: z.number() }))
      .meta({ description: 'What its loops are late with: figures of watched servers, runs of bots' }),
    deadLetters: z.int().meta({ description: 'Events that wait for the operator' }),
  })
  .meta({ id: 'ServiceState', description: 'How far behind one process of a service is' });
export type ServiceState = z.infer<typeof ServiceState>;

const stateOf = (service: StoringService) =>
  operation({
    service,
    name: 'state.get',
    scope: 'operator',
    summary: `How far behind ${service} is`,
    input: z.strictObject({}),
    output: ServiceState,
    readonly: true,
    deadlineMs: 3_000,
  });

/** Every service with a schema answers it; the gateway asks all of them for the operator. */
export const serviceStates = Object.fromEntries(
  STORING_SERVICES.map((service) => [service, stateOf(service)]),
) as Record<StoringService, ReturnType<typeof stateOf>>;
