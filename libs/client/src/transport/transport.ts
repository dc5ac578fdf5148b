import { isProblem, parseObject, problemOf, TidegateProblem } from './problem.ts';

export interface ClientOptions {
  /** Where the installation is, such as `https://tidegate.example.com`. */
  url: string;
  /** An access token or an API key, or a function that returns one. Without it a browser's session cookie is used. */
  token?: string | (() => string | undefined | Promise<string | undefined>);
  /**
   * Called once when a token is refused. It returns a new one, which is used from then on; undefined gives up. What it
   * throws is how the call fails, after the retries that a problem of the platform gets.
   */
  refresh?: () => Promise<string | undefined>;
  /** The organisation to act in; by default that of the session or the key. */
  organisation?: string;
  /** For one attempt; default 30,000, and half an hour for a file. */
  timeoutMs?: number;
  /** How often a call that may be repeated is retried; default 3. */
  retries?: number;
  /** When the platform asks for a longer wait than this, the call fails instead; default 30. */
  maxWaitSeconds?: number;
  fetch?: typeof fetch;
}

export interface CallOptions {
  signal?: AbortSignal;
  /** Identifies this change, so that it is made once however often it is sent. By default a new one per call. */
  idempotencyKey?: string;
  organisation?: string;
  timeoutMs?: number;
}

export interface Route {
  method: string;
  path: string;
  /** safe: changes nothing. keyed: an idempotency key makes it safe to repeat. never: it may not be repeated. */
  repeat: 'safe' | 'keyed' | 'never';
  /** The input's field that is the body as it is, a file; without it the body is JSON. */
  file?: string;
  /** The type of the file that it answers; without it the answer is JSON. */
  answers?: string;
}

/** A body that can be sent again when a connection breaks. In Node `await openAsBlob(path)` streams a file. */
export type FileBody = Blob | ArrayBuffer | string;

interface Body {
  type: string;
  content: FileBody;
}

interface Page<T> {
  items: T[];
  nextCursor?: string;
}
type PagedList = (input: never, options?: CallOptions) => Promise<Page<unknown>>;
type ListArguments<L extends PagedList> = undefined extends Parameters<L>[0]
  ? [input?: Parameters<L>[0], options?: CallOptions]
  : [input: Parameters<L>[0], options?: CallOptions];
type ItemOf<L extends PagedList> = Awaited<ReturnType<L>>['items'][number];

interface Sent {
  key: string | undefined;
  token: string | undefined;
}

const TIMEOUT_MS = 30_000;
/** As long as the platform waits for a file. */
const FILE_TIMEOUT_MS = 1_800_000;
/** Statuses that are retried. */
const RETRIED = new Set([429, 502, 503, 504]);

/** Puts an operation's input into path, query and body, and sends it. Works in browsers and in Node. */
export class Transport {
  private readonly options: ClientOptions;
  private readonly url: string;
  private fresh: string | undefined;
  private refreshing: Promise<string | undefined> | undefined;

  constructor(options: ClientOptions) {
    this.options = options;
    this.url = options.url.replace(/\/$/, '');
  }

  /** Every item of a list, page by page: `for await (const bot of client.all(client.botsList)) …` */
  async *all<L extends PagedList>(
    list: L,
    ...[input, options]: ListArguments<L>
  ): AsyncGenerator<ItemOf<L>, void, undefined> {
    const next = list as unknown as (input: object, options?: CallOptions) => Promise<Page<ItemOf<L>>>;
    let cursor: string | undefined;
    do {
      const page: Page<ItemOf<L>> = await next(
        { ...(input as object | undefined), ...(cursor === undefined ? {} : { cursor }) },
        options,
      );
      yield* page.items;
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }

  protected async send<T>(route: Route, input: object = {}, options: CallOptions = {}): Promise<T> {
    const key = route.repeat === 'keyed' ? (options.idempotencyKey ?? crypto.randomUUID()) : undefined;
    const { retries = 3, maxWaitSeconds = 30 } = this.options;
    let renewed = false;
    for (let attempt = 0; ; ) {
      const token = await this.bearer();
      try {
        return await this.once<T>(route, input, options, { key, token });
      } catch (refused) {
        let error = refused;
        if (isProblem(refused) && refused.code === 'unauthenticated' && !renewed) {
          try {
            renewed = await this.renew(token);
            if (renewed) continue;
          } catch (failed) {
            error = failed;
          }
        }
        if (!isProblem(error)) throw error;
        const wait = error.retryAfterSeconds ?? Math.min(8, 0.25 * 2 ** attempt);
        const mayRepeat = route.repeat !== 'never' && (error.status === 0 || RETRIED.has(error.status));
        if (!mayRepeat || attempt >= retries || wait > maxWaitSeconds) throw error;
        attempt += 1;
        await pause(wait * 1_000, options.signal);
      }
    }
  }

  private async once<T>(route: Route, input: object, options: CallOptions, sent: Sent): Promise<T> {
    const usual = route.file ? FILE_TIMEOUT_MS : (this.options.timeoutMs ?? TIMEOUT_MS);
    const { signal, timeoutMs = usual } = options;
    const { url, body } = address(this.url, route, input);
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await (this.options.fetch ?? fetch)(url, {
        method: route.method,
        credentials: 'same-origin',
        headers: this.headers(options, sent, body?.type),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        ...(body ? { body: body.content } : {}),
      });
      if (response.ok && route.answers) return (await response.blob()) as T;
      const text = await response.text();
      if (!response.ok) throw problemOf(response, text);
      if (text === '') return {} as T;
      const answer = parseObject(text);
      if (!answer) throw problemOf(response, text);
      return answer as T;
    } catch (error) {
      if (error instanceof TidegateProblem) throw error;
      signal?.throwIfAborted();
      const [code, title] = timeout.aborted ? ['timeout', 'No answer in time'] : ['unavailable', 'No answer'];
      throw new TidegateProblem({ code, title, status: 0 }, { cause: error });
    }
  }

  private async bearer(): Promise<string | undefined> {
    const { token } = this.options;
    return this.fresh ?? (typeof token === 'function' ? await token() : token);
  }

  private headers(options: CallOptions, { key, token }: Sent, type: string | undefined): Record<string, string> {
    const organisation = options.organisation ?? this.options.organisation;
    return {
      accept: 'application/json',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(type ? { 'content-type': type } : {}),
      ...(key ? { 'idempotency-key': key } : {}),
      ...(organisation ? { 'tidegate-organisation': organisation } : {}),
    };
  }

  /** Calls that are refused at the same time share one refresh, also when one is refused after it has finished. */
  private async renew(refused: string | undefined): Promise<boolean> {
    if (!this.options.refresh) return false;
    if (this.fresh !== undefined && this.fresh !== refused) return true;
    this.refreshing ??= this.options.refresh().finally(() => {
      this.refreshing = undefined;
    });
    this.fresh = await this.refreshing;
    return this.fresh !== undefined;
  }
}

function address(base: string, { method, path, file }: Route, input: object): { url: string; body: Body | undefined } {
  const rest: Record<string, unknown> = { ...input };
  const filled = path.replaceAll(/\{([^}]+)\}/g, (_match, name: string) => {
    const value = inPath(name, rest[name]);
    delete rest[name];
    return value;
  });
  const inQuery = method === 'GET' || method === 'DELETE';
  if (file) return { url: base + filled, body: fileBody(rest[file] as FileBody) };
  if (!inQuery) return { url: base + filled, body: { type: 'application/json', content: JSON.stringify(rest) } };
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(rest)) {
    for (const one of [value].flat()) if (one !== undefined) parameters.append(name, String(one));
  }
  const text = parameters.toString();
  return { url: base + filled + (text ? `?${text}` : ''), body: undefined };
}

/** Nothing, `.` and `..` are parts of a path that mean another one: they would call another operation. */
function inPath(name: string, value: unknown): string {
  const text = value === undefined || value === null ? '' : String(value);
  if (text === '' || text === '.' || text === '..') {
    throw new TypeError(`${name} is ${text === '' ? 'missing' : `"${text}"`}: nothing was sent.`);
  }
  return encodeURIComponent(text);
}

function fileBody(content: FileBody): Body {
  const type = typeof content === 'string' ? 'text/csv' : content instanceof Blob ? content.type : '';
  return { type: type || 'application/octet-stream', content };
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
