import type { Server } from 'node:http';
import { type AddressInfo, createServer, type Server as NetServer } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import { isFree } from './embedded/free-port.ts';

/*
 * libuv accepts one connection of a listening socket in each turn of the event loop (since 1.45). While a turn takes long,
 * new connections then wait until they time out, however few requests are in hand: whoever is cut off connects again,
 * and waits again. So a server listens by several sockets, between which the kernel divides those who connect.
 */
const SOCKETS = 16;
/** Where several sockets may listen on one port, and the kernel divides between them. */
const CAN_SHARE = process.platform === 'linux';

const others = new WeakMap<NetServer, NetServer[]>();

/** Fails as any server does where somebody else listens already. */
export async function listen(app: INestApplication, port: number, host: string): Promise<void> {
  // With a shared port nobody is told that it is taken.
  if (!CAN_SHARE || !(await isFree(port, host))) return void (await app.listen(port, host));
  await app.listen({ port, host, reusePort: true } as never);
  await listenBeside(app.getHttpServer() as Server, host);
}

/** `server` listens with `reusePort`; what others accept is its own. One that cannot listen is missed by nobody. */
export async function listenBeside(server: Server, host: string): Promise<void> {
  const { port } = server.address() as AddressInfo;
  const beside = Array.from({ length: SOCKETS - 1 }, () =>
    createServer({ allowHalfOpen: true, noDelay: true }, (socket) => server.emit('connection', socket)),
  );
  others.set(server, beside);
  await Promise.all(
    beside.map(
      (one) =>
        new Promise<unknown>((resolve) => {
          one.on('error', resolve);
          one.listen({ port, host, reusePort: true }, () => resolve(undefined));
        }),
    ),
  );
}

/** All that accept for this server. */
export const listenersOf = (server: NetServer): readonly NetServer[] => [server, ...(others.get(server) ?? [])];
