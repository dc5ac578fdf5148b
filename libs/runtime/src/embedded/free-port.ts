import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { waitFor } from './processes.ts';

/* Below those that Linux gives to outgoing connections (32768 to 60999), any of which may take one between two checks. */
const FIRST = 15_000;
const LAST = 32_000;
const ATTEMPTS = 200;

/** A port on loopback that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(FIRST, LAST);
    if (await isFree(port)) return port;
  }
  throw new Error(`There is no free port between ${FIRST} and ${LAST}.\n  Fix: stop what listens there.`);
}

export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/**
 * The wanted port when it is free, otherwise another; with `insist` it fails instead. A server that was just killed
 * takes a moment to release its port.
 */
export async function portLike(wanted: number | undefined, insist = false): Promise<number> {
  if (wanted !== undefined && (await waitFor(() => isFree(wanted), insist ? 3_000 : 300))) return wanted;
  if (wanted !== undefined && insist) throw new Error(`Port ${wanted} is taken by another program.`);
  return freePort();
}

/** Whether a program that ended said that another one had taken the port meanwhile. */
export const lostItsPort = (said: string, port: number): boolean =>
  new RegExp(`EADDRINUSE.*:${port}\\b|Port ${port} is taken`).test(said);
