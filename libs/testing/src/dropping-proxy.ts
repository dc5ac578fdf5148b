import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Stands before a server and does to its connections what networks do: drops them silently, as a failover or a NAT (they
 * stay open on both sides and nothing comes through, no FIN and no RST), cuts them, or delays what they carry.
 */
export async function droppingProxy(port: number) {
  const pairs = new Set<{ sockets: [Socket, Socket]; dropped: boolean }>();
  let [swallowNew, isCut, delayMs] = [false, false, 0];
  const server = createServer({ allowHalfOpen: true }, (client) => {
    client.on('error', () => {});
    if (isCut) return client.resetAndDestroy();
    const target = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const pair = { sockets: [client, target] as [Socket, Socket], dropped: swallowNew };
    pairs.add(pair);
    const pass = (from: Socket, to: Socket) => {
      // What was sent first arrives first, however the delay changes.
      let sent: Promise<unknown> = Promise.resolve();
      const inOrder = (work: () => unknown) => {
        if (delayMs > 0) {
          const delay = pause(delayMs);
          sent = sent.then(() => delay);
        }
        sent = sent.then(() => pair.dropped || work());
      };
      from.on('data', (bytes) => inOrder(() => to.write(bytes)));
      from.on('end', () => inOrder(() => to.end()));
      from.on('close', () => inOrder(() => to.destroy()));
      from.on('error', () => {});
    };
    pass(client, target);
    pass(target, client);
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const living = () => [...pairs].filter((pair) => !pair.dropped && !pair.sockets[0].destroyed);
  return {
    port: (server.address() as AddressInfo).port,
    /** The connections of now are dead from now on; new ones pass. Answers how many died. */
    drop: () => {
      const dying = living();
      for (const pair of dying) pair.dropped = true;
      return dying.length;
    },
    /** How many are open and dead. */
    dead: () => [...pairs].filter(({ sockets, dropped }) => dropped && !sockets[0].destroyed).length,
    /** What died ends on both sides, as a server's pings find it out in the end. */
    bury: () => {
      for (const { sockets, dropped } of pairs) if (dropped) for (const socket of sockets) socket.destroy();
    },
    /** New connections are taken and never answered. */
    swallow: (on: boolean) => {
      swallowNew = on;
    },
    /** All connections are reset, and new ones as long as it is on. */
    cut: (on: boolean) => {
      isCut = on;
      if (on) for (const { sockets } of living()) for (const socket of sockets) socket.resetAndDestroy();
    },
    /** Every piece of what is sent, in both directions, arrives so much later. */
    delay: (ms: number) => {
      delayMs = ms;
    },
    close: async () => {
      for (const { sockets } of pairs) for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

export type DroppingProxy = Awaited<ReturnType<typeof droppingProxy>>;
