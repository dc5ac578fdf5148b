/*
 * Answers to reads with their tags, so that what has not changed is not sent again: the gateway forbids the browser to keep anything, so
 * it does not do this by itself. They live as long as the document, and are shown only when the gateway has just answered the same.
 * Answers only, not files: those are no text, they are large, and nobody reads them again and again.
 */
const MOST = 60;
const known = new Map<string, { tag: string; text: string }>();

/** `fetch`, for reads with the copy in hand. */
export async function fetchUnlessUnchanged(url: string, options: RequestInit): Promise<Response> {
  if (options.method !== 'GET') return fetch(url, options);
  const headers = new Headers(options.headers);
  const key = `${headers.get('tidegate-organisation') ?? ''} ${url}`;
  const copy = known.get(key);
  if (copy) headers.set('if-none-match', copy.tag);
  const response = await fetch(url, { ...options, headers });
  if (copy && response.status === 304) return new Response(copy.text, { headers: response.headers });
  const tag = response.headers.get('etag');
  known.delete(key);
  if (!response.ok || !tag || !isAnswer(response)) return response;
  const text = await response.text();
  known.set(key, { tag, text });
  for (const oldest of known.keys()) {
    if (known.size <= MOST) break;
    known.delete(oldest);
  }
  return new Response(text, { headers: response.headers });
}

const isAnswer = ({ headers }: Response): boolean => /^application\/json\b/.test(headers.get('content-type') ?? '');
