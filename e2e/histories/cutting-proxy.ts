import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { closing } from '@tidegate/testing/closing';

export interface CuttingProxy {
  port: number;
  /** Called with each piece that the service sends; answers whether it may pass. */
  onSend: () => boolean;
  /** Every connection ends, and nobody gets in again. */
  cut(): void;
}

/**
 * Stands between a service and a server. Cut from all its servers at once, a service is as good as killed: whatever it
 * still does reaches nobody, and its open transactions are rolled back.
 */
export async function cuttingProxy(port: number, host = '127.0.0.1'): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let open = true;
  const server = createServer((client) => {
    if (!open) return void client.destroy();
    const target = connect({ port, host });
    client.setNoDelay(true);
    target.setNoDelay(true);
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        target.destroy();
      });
    }
    client.on('data', (bytes) => {
      if (proxy.onSend() && open) target.write(bytes);
    });
    target.on('data', (bytes) => client.write(bytes));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: CuttingProxy = {
    port: (server.address() as AddressInfo).port,
    onSend: () => true,
    cut: () => {
      open = false;
      for (const socket of sockets) socket.destroy();
    },
  };
  closing(() => {
    proxy.cut();
    server.close();
  });
  return proxy;
}
