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
