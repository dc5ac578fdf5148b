import { createServer } from 'node:net';

/** Why the gateway cannot listen there, and what to do; undefined when it can. */
export function portProblem(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) => resolve(explain(port, host, code ?? 'unknown')));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}

function explain(port: number, host: string, code: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is taken by another program.\n  Fix: PORT=${port + 1} npm start; or stop that program.`;
    case 'EACCES':
      return `Port ${port} needs rights that this user does not have.\n  Fix: PORT=3000 npm start, behind a reverse proxy for port ${port}.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `This machine has no address ${host}.\n  Fix: HOST=127.0.0.1, or HOST=0.0.0.0 for all its addresses.`;
    default:
      return `The gateway cannot listen on ${host}:${port} (${code}).\n  Fix: set HOST and PORT to where it can.`;
  }
}
