import type { NatsConnection } from '@nats-io/nats-core';
import type { Bus } from './bus.ts';
import { watchOf } from './nats-watch.ts';

/*
 * When nats-server reads its users again it forgets which answers it had allowed, and refuses those on their way. So whoever
 * changes its users asks the gateways to hold their calls for that moment: they wait, and none is lost.
 */
const HOLD = 'hold-calls';
const GO_ON = 'go-on-calling';
const MOST_MS = 8_000;

export function holdOnRequest(nc: NatsConnection, bus: Bus): void {
  const refused = (error: Error) => watchOf(nc).refuse('requests to hold calls', error);
  nc.subscribe(`wake.${bus.service}.${HOLD}`, {
    callback: (error, message) => {
      if (error) refused(error);
      else void bus.hold(MOST_MS).then(() => message.respond());
    },
  });
  nc.subscribe(`wake.${bus.service}.${GO_ON}`, { callback: (error) => (error ? refused(error) : bus.goOn()) });
}

/** Does the work while no gateway has a call on its way. `gateways`: how many there are. */
export async function whileHeld(nc: NatsConnection, gateways: number, work: () => Promise<void>): Promise<void> {
  const inbox = `_INBOX_platform.${crypto.randomUUID()}`;
  let held = 0;
  const all = new Promise<void>((resolve) => {
    nc.subscribe(inbox, {
      callback: (error, message) => {
        if (error || message.data.length > 0) return;
        held += 1;
        if (held >= gateways) resolve();
      },
    });
  });
  nc.publish(`wake.gateway.${HOLD}`, '', { reply: inbox });
  await nc.flush();
  if (gateways > 0) await Promise.race([all, new Promise((resolve) => setTimeout(resolve, MOST_MS / 2))]);
  try {
    await work();
  } finally {
    nc.publish(`wake.gateway.${GO_ON}`, '');
    await nc.flush();
  }
}
