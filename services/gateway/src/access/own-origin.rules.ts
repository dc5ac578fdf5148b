import type { IncomingHttpHeaders } from 'node:http';
import type { OrganisationHost } from '../kernel/organisation-host.ts';

/** Of the pages that a request came from: under an organisation's domain those of the installation are foreign. */
export const addressOf = (host: OrganisationHost | undefined, publicUrl: string): string =>
  host ? `${new URL(publicUrl).protocol}//${host.name}` : publicUrl;

/**
 * Whether a request that relies on cookies comes from one of our pages. Browsers send the page's origin with every
 * write; ours is the public URL, or the name by which the browser reached us: a page of another site has another origin
 * than the host that it calls. Other clients send neither header, and no page of another site can act as one.
 */
export function isOwnOrigin(headers: IncomingHttpHeaders, publicUrl: string): boolean {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  if (origin === undefined) return site === undefined || site === 'same-origin' || site === 'none';
  if (origin === new URL(publicUrl).origin) return true;
  // Over plain http, except on localhost, browsers do not send Sec-Fetch-Site.
  if (site !== undefined && site !== 'same-origin') return false;
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}

/**
 * Browsers keep `Secure` cookies only for https and their own machine. Anywhere else plain cookies are the only way,
 * and the operator has to allow them.
 */
export function needsPlainCookies(headers: IncomingHttpHeaders, protocol: string, publicUrl: string): boolean {
  if (protocol === 'https' || publicUrl.startsWith('https:') || headers.origin?.startsWith('https:')) return false;
  const host = (headers.host ?? '').replace(/:\d+$/, '');
  return !/^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/i.test(host);
}
