import { installation } from '@tidegate/contracts/gateway/installation';
import {
  discardServiceDeadLetter,
  listServiceDeadLetters,
  listServices,
  replayServiceDeadLetter,
} from '@tidegate/contracts/gateway/services';
import { deadLetters } from '@tidegate/contracts/kernel/dead-letters';
import type { Input, Operation, Output } from '@tidegate/contracts/kernel/operation';
import { fieldErrors, invalidFields } from '@tidegate/contracts/kernel/problem';
import { STORING_SERVICES } from '@tidegate/contracts/kernel/service-names';
import { serviceStates } from '@tidegate/contracts/kernel/service-state';
import type { Bus, CallOptions } from '@tidegate/messaging/bus';
import { isOutage } from '@tidegate/messaging/errors';
import type { Installation } from './installation.ts';
import type { Exchange } from './mount-operations.ts';

/** The answer as text; undefined when it has none. */
export type OwnOperation = (exchange: Exchange, options: CallOptions) => Promise<string | undefined>;

/** What the gateway answers itself, or makes of the answers of several services, which judge the caller's rights. */
export function ownOperations(bus: Bus, described: Installation): Map<unknown, OwnOperation> {
  return new Map<unknown, OwnOperation>([
    [installation, async ({ request }) => JSON.stringify(described.describe(request))],
    [
      listServices,
      async ({ input }, options) => {
        read(listServices, input);
        return JSON.stringify(await askAll(bus, options));
      },
    ],
    [
      listServiceDeadLetters,
      (exchange, options) => {
        const { service, ...query } = read(listServiceDeadLetters, exchange.input);
        return bus.callRaw(deadLetters[service].list, query, options);
      },
    ],
    [
      replayServiceDeadLetter,
      async (exchange, options) => {
        const { service, deadLetterId } = read(replayServiceDeadLetter, exchange.input);
        await bus.call(deadLetters[service].replay, { id: deadLetterId }, options);
        return undefined;
      },
    ],
    [
      discardServiceDeadLetter,
      async (exchange, options) => {
        const { service, deadLetterId, reason } = read(discardServiceDeadLetter, exchange.input);
        await bus.call(deadLetters[service].discard, { id: deadLetterId, reason }, options);
        return undefined;
      },
    ],
  ]);
}

/** A service is asked with the fields that it knows: those that choose it are checked here. */
function read<Op extends Operation>({ input: schema }: Op, input: unknown): Input<Op> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw invalidFields(fieldErrors(parsed.error));
  return parsed.data as Input<Op>;
}

async function askAll(bus: Bus, options: CallOptions): Promise<Output<typeof listServices>> {
  const items = await Promise.all(
    STORING_SERVICES.map(async (service) => {
      const state = await bus.call(serviceStates[service], {}, options).catch(silent);
      return { service, state };
    }),
  );
  return { items };
}

/** What keeps a service from answering is what the operator wants to see; a refusal is one of the whole request. */
function silent(error: unknown): null {
  if (isOutage(error)) return null;
  throw error;
}
