import { type AddressInfo, createServer } from 'node:net';
import { waitFor } from './processes.ts';

/** A port that nobody listens on at this moment, on loopback. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** The wanted port when it is free, else another. A server that was just killed takes a moment to let go of its own. */
export async function portLike(wanted: number | undefined): Promise<number> {
  return wanted !== undefined && (await waitFor(() => isFree(wanted), 300)) ? wanted : freePort();
}
