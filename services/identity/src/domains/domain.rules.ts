import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { invalid } from '@tidegate/contracts/kernel/problem';

/** Names that no outsider can own: the gateway answers to them anyway, as to its own. */
const RESERVED = ['localhost', 'local', 'home.arpa', 'internal', 'svc'];
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/** As it is stored and compared: lower case, other alphabets as `xn--…`, no dot at the end. */
export function plainDomain(given: string): string | undefined {
  // What a URL would cut off or decode is no part of a host name.
  if (/[\s/\\?#@:%[\]]/.test(given)) return undefined;
  const name = domainToASCII(given.replace(/\.$/, ''));
  const labels = name.split('.');
  if (name.length > 253 || labels.length < 2 || isIP(name) > 0) return undefined;
  if (!labels.every((label) => LABEL.test(label)) || /^\d+$/.test(labels.at(-1) ?? '')) return undefined;
  return name;
}

export function requireDomain(given: string, publicUrl: string): string {
  const name = plainDomain(given);
  if (!name) throw invalid('/domain', 'invalid_domain', 'Send a host name, such as app.example.com.');
  if (name === new URL(publicUrl).hostname)
    throw invalid('/domain', 'own_domain', 'This installation itself has this name.');
  const reserved = RESERVED.find((end) => name === end || name.endsWith(`.${end}`));
  if (reserved)
    throw invalid('/domain', 'reserved_domain', 'Names that end in .{end} belong to nobody.', { end: reserved });
  return name;
}

/** Below the name, so that it stands beside a CNAME of the name itself. */
export const recordName = (name: string): string => `_tidegate.${name}`;
export const recordValue = (token: string): string => `tidegate-domain=${token}`;

/** The name and all above it that have two labels at least: whoever has proved one of them has proved it. */
export function namesAbove(name: string): string[] {
  const labels = name.split('.');
  return labels.slice(0, -1).map((_, at) => labels.slice(at).join('.'));
}
