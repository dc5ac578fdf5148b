import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a request that leans on cookies comes from a page of ours. Browsers send the page's origin with everything
 * that writes; ours is the public URL, or whatever name the browser reached us by: a page of another site has another
 * origin than the host that it asks. Clients that are no browsers send neither header, and no foreign page can be one.
 */
export function isOwnOrigin(headers: IncomingHttpHeaders, publicUrl: string): boolean {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  if (origin === undefined) return site === undefined || site === 'same-origin' || site === 'none';
  if (origin === new URL(publicUrl).origin) return true;
  // Over plain http, off localhost, browsers do not send Sec-Fetch-Site.
  if (site !== undefined && site !== 'same-origin') return false;
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}

/**
 * Browsers keep `Secure` cookies for https and for their own machine. Anywhere else plain cookies are the only way, and
 * whoever runs Tidegate has to say that they may be.
 */
export function needsPlainCookies(headers: IncomingHttpHeaders, protocol: string, publicUrl: string): boolean {
  if (protocol === 'https' || publicUrl.startsWith('https:') || headers.origin?.startsWith('https:')) return false;
  const host = (headers.host ?? '').replace(/:\d+$/, '');
  return !/^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/i.test(host);
}
