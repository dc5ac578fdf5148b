import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * Stands before a server and drops connections on demand, as a failover or a NAT does: the connections stay open on both
 * sides and nothing comes through, no FIN and no RST.
 */
export async function droppingProxy(port: number) {
  const pairs = new Set<{ sockets: [Socket, Socket]; dropped: boolean }>();
  let swallowNew = false;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const target = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const pair = { sockets: [client, target] as [Socket, Socket], dropped: swallowNew };
    pairs.add(pair);
    const pass = (from: Socket, to: Socket) => {
      from.on('data', (bytes) => pair.dropped || to.write(bytes));
      from.on('end', () => pair.dropped || to.end());
      from.on('close', () => pair.dropped || to.destroy());
      from.on('error', () => {});
    };
    pass(client, target);
    pass(target, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    /** The connections of now are dead from now on; new ones pass. Answers how many died. */
    drop: () => {
      const living = [...pairs].filter((pair) => !pair.dropped && !pair.sockets[0].destroyed);
      for (const pair of living) pair.dropped = true;
      return living.length;
    },
    /** New connections are taken and never answered. */
    swallow: (on: boolean) => {
      swallowNew = on;
    },
    close: async () => {
      for (const { sockets } of pairs) for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
