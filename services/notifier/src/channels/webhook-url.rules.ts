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
/** What a path says to people: plain words of a moderate length, and versions. A token is anything else. */
const WORD = /^(?=.{0,23}$)(?:[A-Z]?[a-z]+(?:[-_.][A-Z]?[a-z]+)*|v\d{1,2})?$/;

/**
 * The address as it is shown: whoever has all of it may write to the receiver, so the query is left out, and of
 * the path what is not plain words: services put short tokens there as well.
 */
export function maskedUrl(url: URL): string {
  const path = url.pathname.split('/').map((part) => (WORD.test(part) ? part : MASK));
  return `${url.origin}${path.join('/')}${url.search ? `?${MASK}` : ''}`;
}
