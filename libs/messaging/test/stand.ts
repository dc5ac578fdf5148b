import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { event } from '@tidegate/contracts/kernel/event';
import { newId } from '@tidegate/database/ids';
import type { TenantDatabase } from '@tidegate/database/tenant-database';
import { Log } from '@tidegate/telemetry/log';
import { z } from 'zod';
import { EventConsumer } from '../src/consumer.ts';
import type { EventContext } from '../src/handler.ts';
import { Inbox } from '../src/inbox.ts';
import { Outbox } from '../src/outbox.ts';

export const CONSUMER = 'usage-from-identity';
export const EFFECTS = `create table effects (position bigint generated always as identity, aggregate text, number int);
  grant select, insert on effects to public; grant usage on all sequences in schema every to public;`;

export const stepped = event({
  service: 'identity',
  name: 'stand.stepped.v1',
  summary: 'Something happened in a test of the bus',
  data: z.object({ counter: z.string(), number: z.int() }),
  aggregate: (data) => data.counter,
});

/** The event as the relay would publish it. */
export function publisher(nc: NatsConnection) {
  return async (counter: string, number: number, previous?: Date, time = new Date()): Promise<void> => {
    const envelope = {
      specversion: '1.0',
      id: newId(),
      source: '/tidegate/identity',
      type: stepped.type,
      time: time.toISOString(),
      subject: counter,
      sequence: number,
      ...(previous && { previoustime: previous.toISOString() }),
      orgid: null,
      datacontenttype: 'application/json',
      data: { counter, number },
    };
    await jetstream(nc, { checkAPI: false }).publish(stepped.subject, JSON.stringify(envelope), { msgID: envelope.id });
  };
}

/** A consumer of identity's events whose effect is a row. `before` may fail. */
export function startConsumer(
  nc: NatsConnection,
  tenants: TenantDatabase,
  before: (number: string) => void = () => {},
) {
  const run = async ({ data, tx }: EventContext<typeof stepped>) => {
    before(`${data.counter}/${data.number}`);
    await tx.query('insert into effects (aggregate, number) values ($1, $2)', [data.counter, data.number]);
  };
  const outbox = new Outbox('usage', () => {});
  const inbox = new Inbox({ consumer: CONSUMER, handlers: [{ event: stepped, run } as never], tenants, outbox });
  const consumer = new EventConsumer({ service: 'usage', source: 'identity', nc, inbox, log: new Log() });
  return { consumer, inbox, started: consumer.start() };
}

/** A proxy before a server that can simulate its stop: connections break, new ones are refused. */
export async function outageProxy(port: number) {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const target = connect({ port, host: '127.0.0.1' });
    for (const [one, other] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy() && sockets.delete(one));
      one.pipe(other);
    }
  });
  const listen = async (at: number) => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const mine = (server.address() as AddressInfo).port;
  const down = async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { port: mine, down, up: () => listen(mine) };
}
