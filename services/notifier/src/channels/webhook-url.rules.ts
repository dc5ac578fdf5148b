import { invalid } from '@tidegate/contracts/kernel/problem';

/**
 * A webhook's address as we store and call it. Whether its host may be called is decided by its IP address whenever the
 * name is resolved; only what can never work is refused here.
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
/** Readable parts of a path: plain words of moderate length, and versions. Anything else may be a token. */
const WORD = /^(?=.{0,23}$)(?:[A-Z]?[a-z]+(?:[-_.][A-Z]?[a-z]+)*|v\d{1,2})?$/;

/**
 * The address as it is shown. Who knows all of it can post to the receiver, so the query is left out, and every part of
 * the path that is not plain words: some services put short tokens there.
 */
export function maskedUrl(url: URL): string {
  const path = url.pathname.split('/').map((part) => (WORD.test(part) ? part : MASK));
  return `${url.origin}${path.join('/')}${url.search ? `?${MASK}` : ''}`;
}
