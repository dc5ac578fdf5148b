import { invalid } from '@tidegate/contracts/kernel/problem';

/**
 * A webhook's address as we keep and call it. Whether its host may be called is decided by address when the name is
 * resolved, for every request; here only what can never be right is refused.
 */
export function webhookUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) throw invalid('/url', 'invalid_url', 'Give a full address, such as https://example.com/hooks/tidegate');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw invalid('/url', 'invalid_url', 'The address must begin with https:// or http://');
  }
  if (url.username || url.password) {
    throw invalid('/url', 'credentials_in_url', 'Remove user and password: verify the signature instead');
  }
  url.hash = '';
  return url;
}

const MASK = '***';
/** Words of a path are short or have no digits; what services put there as a token is long and mixed. */
const TOKEN = /^(?=.*\d)[\w.~%-]{8,}$|^.{24,}$/;

/**
 * The address as it is shown: whoever has all of it may write to the receiver, so the query and what looks like a token
 * in the path are left out.
 */
export function maskedUrl(url: URL): string {
  const path = url.pathname.split('/').map((part) => (TOKEN.test(part) ? MASK : part));
  return `${url.origin}${path.join('/')}${url.search ? `?${MASK}` : ''}`;
}
