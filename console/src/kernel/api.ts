import {
  QueryClient,
  queryOptions,
  type UseQueryResult,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type CallOptions, isProblem, problemOf, TidegateClient, TidegateProblem } from '@tidegate/client';
import { OPERATIONS } from '@tidegate/client/generated/operations';
import { useMemo, useRef } from 'react';
import type { Asked } from './asked.ts';
import { inOwnWords } from './catalogue-words.ts';
import { checkInput } from './check-input.ts';
import { keepShown } from './keep-shown.rules.ts';
import { useLiveState } from './live.ts';
import { isFollowed } from './live-changes.ts';
import { loggedInAgain } from './log-in-again.ts';
import { linkKey } from './shared-link.ts';
import { loadProblems } from './strings.ts';
import { fetchUnlessUnchanged } from './unchanged.ts';

/** Names of the client's methods that call an operation. */
export type OperationName = keyof typeof OPERATIONS & keyof TidegateClient;
type Method<N extends OperationName> = TidegateClient[N] extends (
  input: infer I,
  options?: CallOptions,
) => Promise<infer O>
  ? { input: I; output: O }
  : never;
export type InputOf<N extends OperationName> = Method<N>['input'];
export type OutputOf<N extends OperationName> = Method<N>['output'];

type Call = (input: unknown, options?: CallOptions) => Promise<unknown>;

/** Tokens live in cookies that no script can read; this header asks for them wherever tokens are given. */
const withCookies: typeof fetch = async (url, options) => {
  const response = await fetchAs(url, options);
  if (!response.ok) await loadProblems();
  return response;
};

const fetchAs: typeof fetch = (url, options) => {
  const headers = new Headers(options?.headers);
  const key = linkKey();
  if (key) {
    headers.set('authorization', `Bearer ${key}`);
    return fetchUnlessUnchanged(String(url), { ...options, headers, credentials: 'omit' });
  }
  headers.set('session-cookies', 'true');
  return fetchUnlessUnchanged(String(url), { ...options, headers });
};

/** All tabs wait for the one that renews. */
const RENEWAL_MS = 30_000;

/** One tab renews for all: a refresh token is spent once. The key of a link is never renewed. */
const renew = async (): Promise<string | undefined> =>
  linkKey() ? undefined : navigator.locks.request('tidegate-renewal', askForRenewal);

async function askForRenewal(): Promise<string | undefined> {
  try {
    const response = await withCookies('/api/v1/sessions/refresh', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
      signal: AbortSignal.timeout(RENEWAL_MS),
    });
    // Too much work or an outage ends nobody's session: the client asks again.
    if (response.status === 429 || response.status >= 500) throw problemOf(response, await response.text());
    // No token comes back; an empty one says that the call may be sent again.
    return response.ok ? '' : undefined;
  } catch (error) {
    if (isProblem(error)) throw error;
    // As where any other call gets no answer: it is asked again, and what was entered stays.
    throw new TidegateProblem({ code: 'unavailable', title: 'No answer', status: 0 }, { cause: error });
  }
}

export const client = new TidegateClient({ url: '', fetch: withCookies, refresh: renew });

/** When the session has ended, the same call goes on once the person has logged in again. */
const call =
  (name: OperationName): Call =>
  async (input, options) => {
    const ask = client[name] as unknown as Call;
    try {
      return inOwnWords(name, await ask(input, options));
    } catch (error) {
      if (!isProblem(error) || error.code !== 'unauthenticated' || !(await loggedInAgain())) throw error;
      return inOwnWords(name, await ask(input, options));
    }
  };

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // The client itself retries what may be retried.
      retry: false,
    },
    // Passwords that were sent and secrets that were shown once are not kept: not at once, or one under way would be looked at all the time.
    mutations: { gcTime: 1_000 },
  },
});

const inside = (org: string | null): CallOptions => (org ? { organisation: org } : {});

/** Asks once, as every read does; nothing is kept. */
export const ask = <N extends OperationName>(
  org: string | null,
  name: N,
  input: InputOf<N>,
  signal: AbortSignal,
): Promise<OutputOf<N>> => call(name)(input, { signal, ...inside(org) }) as Promise<OutputOf<N>>;

/** `org`: the organisation whose data it is; null for what belongs to the person or to everybody. */
export function readOf<N extends OperationName>(org: string | null, name: N, input: InputOf<N>) {
  const queryKey = [org, OPERATIONS[name].service, name, input] as const;
  return queryOptions({
    queryKey,
    placeholderData: keepShown(queryKey) as never,
    queryFn: ({ signal }) => ask(org, name, input, signal),
  });
}

/** The organisation of this page: it stands in the address, so that two tabs can show two. */
export function useOrg(): string {
  const { org } = useParams({ strict: false }) as { org?: string };
  if (!org) throw new Error('This page has no organisation.');
  return org;
}

/** Also what the live stream tells about is asked for now and then: a message may be lost. */
const SAFETY_MS = 180_000;

/** How often an answer is asked for again: rarely while the stream says when it is old, and where a page has no pace of its own. */
function useInterval(name: OperationName, everyMs: number | undefined): { refetchInterval?: number } {
  const live = useLiveState() === 'live';
  if (!isFollowed(name)) return everyMs ? { refetchInterval: everyMs } : {};
  return { refetchInterval: live || !everyMs ? Math.max(everyMs ?? 0, SAFETY_MS) : everyMs };
}

/** Reads on behalf of the page's organisation, again every `everyMs` while somebody looks and nothing tells when it is old. */
export function useRead<N extends OperationName>(
  name: N,
  input: InputOf<N>,
  { everyMs, enabled = true }: { everyMs?: number; enabled?: boolean } = {},
): UseQueryResult<OutputOf<N>> {
  const org = useOrg();
  const query = useQuery({ ...readOf(org, name, input), enabled, ...useInterval(name, everyMs) });
  // Not a copy: that would read all its parts, and so draw the page again whenever one of them changes.
  return Object.assign(query, { asked: { name, input } satisfies Asked });
}

/** Reads what belongs to the person, wherever they are. */
export function useOwnRead<N extends OperationName>(name: N, input: InputOf<N>): UseQueryResult<OutputOf<N>> {
  return Object.assign(useQuery(readOf(null, name, input)), { asked: { name, input } satisfies Asked });
}

type Listed<N extends OperationName> = OutputOf<N> extends { items: (infer T)[] } ? T : never;

export type Pages<N extends OperationName> = UseQueryResult<{
  items: Listed<N>[];
  more: (() => void) | undefined;
  first: OutputOf<N>;
}>;

/** A list that is read page by page: `more` reads the next one, and is absent on the last. */
export const usePages = <N extends OperationName>(
  name: N,
  input: InputOf<N>,
  { everyMs }: { everyMs?: number } = {},
): Pages<N> => usePagesOf(useOrg(), name, input, everyMs);

/** The same of what belongs to the person, wherever they are. */
export const useOwnPages = <N extends OperationName>(name: N, input: InputOf<N>): Pages<N> =>
  usePagesOf(null, name, input, undefined);

/** The key of what is read so, without `pages` of what is read as one. */
const pagesKey = (org: string | null, name: OperationName, input: unknown) =>
  [org, OPERATIONS[name].service, name, input, 'pages'] as const;

/** Whether all of a list was read and is on one page: then it can be sorted here. */
export function isOnOnePage(org: string | null, name: OperationName, input: unknown): boolean {
  const read = queryClient.getQueryData(pagesKey(org, name, input)) as { pages: { nextCursor?: string }[] } | undefined;
  return read?.pages.length === 1 && read.pages[0]?.nextCursor === undefined;
}

export function usePagesOf<N extends OperationName>(
  org: string | null,
  name: N,
  input: InputOf<N>,
  everyMs: number | undefined,
): Pages<N> {
  const queryKey = pagesKey(org, name, input);
  const interval = useInterval(name, everyMs);
  const query = useInfiniteQuery({
    queryKey,
    placeholderData: keepShown(queryKey),
    queryFn: ({ signal, pageParam }) =>
      call(name)(
        { ...(input as object), ...(pageParam ? { cursor: pageParam } : {}) },
        { signal, ...inside(org) },
      ) as Promise<{
        items: Listed<N>[];
        nextCursor?: string;
      }>,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    ...interval,
  });
  // One page at a time: a page under way is not asked for twice.
  const isUnderWay = useRef(false);
  isUnderWay.current = query.isFetchingNextPage;
  const { data: read, hasNextPage, fetchNextPage } = query;
  // The same rows as long as nothing changed, so that what is made of them need not be made anew.
  const data = useMemo(
    () =>
      read && {
        items: read.pages.flatMap(({ items }) => items),
        more: hasNextPage ? () => void (isUnderWay.current || fetchNextPage()) : undefined,
        first: read.pages[0] as OutputOf<N>,
      },
    [read, hasNextPage, fetchNextPage],
  );
  const all = (most: number) => allPages(org, name, input as object, most);
  return { ...query, data, asked: { name, input, all } satisfies Asked } as never;
}

const LARGEST_PAGE = 200;

/** Reads a list as a whole, as it is now, and keeps nothing of it. */
async function allPages(
  org: string | null,
  name: OperationName,
  input: object,
  most: number,
): Promise<readonly unknown[]> {
  const items: unknown[] = [];
  let cursor: string | undefined;
  do {
    const page = { ...input, limit: LARGEST_PAGE, ...(cursor ? { cursor } : {}) };
    const read = (await call(name)(page, inside(org))) as { items: unknown[]; nextCursor?: string };
    items.push(...read.items);
    cursor = read.nextCursor;
  } while (cursor && items.length < most);
  return items.slice(0, most);
}

/**
 * A change. One idempotency key for as long as the same input is tried, so that a second click or a retry after a lost
 * answer changes nothing twice. Afterwards whatever that service was asked for is read again; not so when the page is left:
 * then there may be nobody, or nothing, to read it for.
 */
export function useWrite<N extends OperationName>(
  name: N,
  {
    org: given,
    leaves = false,
    onDone,
  }: { org?: string | null; leaves?: boolean; onDone?: (output: OutputOf<N>) => void | Promise<void> } = {},
) {
  const { org: ofPage } = useParams({ strict: false }) as { org?: string };
  const org = given === undefined ? (ofPage ?? null) : given;
  const queries = useQueryClient();
  const sent = useRef<{ text: string; key: string } | undefined>(undefined);
  return useMutation<OutputOf<N>, unknown, InputOf<N>>({
    mutationFn: async (input) => {
      await checkInput(name, input);
      const text = JSON.stringify(input);
      if (sent.current?.text !== text) sent.current = { text, key: crypto.randomUUID() };
      const options = { idempotencyKey: sent.current.key, ...inside(org) };
      return call(name)(input, options) as Promise<OutputOf<N>>;
    },
    onSuccess: async (output) => {
      sent.current = undefined;
      if (!leaves)
        await queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[1] === OPERATIONS[name].service });
      await onDone?.(output);
    },
    onError: (error) => {
      // A refusal is final for its key; only an answer that was lost is asked for again.
      if (isProblem(error) && error.status >= 400 && error.status < 500) sent.current = undefined;
    },
  });
}
