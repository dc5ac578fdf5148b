import { connect, type PeerCertificate } from 'node:tls';

const ANSWER_MS = 10_000;

export type Seen = { days: number } | { trouble: string };

/** What a browser would say of the address: how long its certificate is valid, or why it refuses it. */
export function seeCertificate(url: URL, now = Date.now(), authorities?: string): Promise<Seen> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(url.port || 443),
      servername: /^[\d.:]+$/.test(host) ? '' : host,
      ...(authorities && { ca: authorities }),
    });
    const done = (seen: Seen): void => {
      socket.destroy();
      resolve(seen);
    };
    socket.setTimeout(ANSWER_MS, () => done({ trouble: `nothing answered within ${ANSWER_MS / 1_000} s` }));
    socket.once('error', (error: NodeJS.ErrnoException) => done({ trouble: error.code ?? error.message }));
    socket.once('secureConnect', () => done({ days: daysLeft(socket.getPeerCertificate(), now) }));
  });
}

const daysLeft = ({ valid_to: until }: PeerCertificate, now: number): number =>
  Math.floor((Date.parse(until) - now) / 86_400_000);
