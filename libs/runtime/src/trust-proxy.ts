import { isIP } from 'node:net';
import { listOf } from './list-of.ts';

const NAMES = ['loopback', 'linklocal', 'uniquelocal'];

/** The reverse proxies that TRUST_PROXY names, or why it cannot be read. */
export function trustedProxies(text: string | undefined): { proxies: string[]; problem: string | undefined } {
  const proxies = listOf(text);
  const wrong = proxies.filter((proxy) => !isNetwork(proxy));
  if (wrong.length === 0) return { proxies, problem: undefined };
  const problem = `TRUST_PROXY must be addresses, networks such as 10.0.0.0/8, or ${NAMES.join(', ')}, not "${wrong.join('", "')}"`;
  return { proxies: [], problem };
}

function isNetwork(text: string): boolean {
  if (NAMES.includes(text)) return true;
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
