import type { Operation } from '@tidegate/contracts/kernel/operation';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { holderOf, isTooMuchWork, tooMuchWork } from '@tidegate/messaging/overload.rules';
import { Metrics } from '@tidegate/telemetry/metrics';
import { Overload } from '../limits/overload.rules.ts';
import type { Ask } from './mount-operations.ts';

/** What this gateway knows of all services, and how much it refused for them. */
export class Spared {
  readonly overload = new Overload();
  private readonly refusals = new Metrics().counter(
    'tidegate_overload_refusals_total',
    'Requests refused by the gateway because the service refuses those of the same organisation right now',
    ['service'],
  );

  refuse({ service }: Operation): ProblemError {
    this.refusals.inc({ service });
    return tooMuchWork();
  }
}

/** Nobody took it. */
const isAway = (error: unknown): boolean => error instanceof ProblemError && error.status >= 503;

/** Asks a service, unless it has so much to do that it would most likely refuse this: then it is refused here, in the same words. */
export function spareOverloaded(operation: Operation, spared: Spared, ask: Ask): Ask {
  const { overload } = spared;
  return async (exchange) => {
    const holder = holderOf(operation, exchange.caller);
    if (holder === undefined) return ask(exchange);
    const whose = `${operation.service} ${holder}`;
    if (overload.refuses(whose, performance.now(), Math.random())) throw spared.refuse(operation);
    try {
      const answer = await ask(exchange);
      overload.took(whose, performance.now());
      return answer;
    } catch (error) {
      if (error instanceof ProblemError && isTooMuchWork(error)) overload.refused(whose, performance.now());
      else if (!isAway(error)) overload.took(whose, performance.now());
      throw error;
    }
  };
}
