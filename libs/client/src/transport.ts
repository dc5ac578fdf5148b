/** A problem that the API answered (RFC 9457). `code` is stable; the rest of the document is in `problem`. */
export class TidegateProblem extends Error {
  override readonly name = 'TidegateProblem';
  readonly code: string;
  readonly status: number;
  readonly problem: Record<string, unknown>;

  constructor(problem: Record<string, unknown>) {
    super(String(problem['detail'] ?? problem['title'] ?? 'The request failed'));
    this.code = String(problem['code'] ?? 'unknown');
    this.status = Number(problem['status'] ?? 0);
    this.problem = problem;
  }
}

/** Puts an operation's input into path, query and body, and sends it. Works in browsers and in Node. */
export class Transport {
  private readonly url: string;
  private readonly token: string | undefined;

  /** `token`: an access token or an API key; without it the browser's session cookie is used. */
  constructor(options: { url: string; token?: string }) {
    this.url = options.url.replace(/\/$/, '');
    this.token = options.token;
  }

  protected async send<T>(method: string, path: string, input: Record<string, unknown> = {}): Promise<T> {
    const rest = { ...input };
    const filled = path.replaceAll(/\{([^}]+)\}/g, (_match, name: string) => {
      const value = encodeURIComponent(String(rest[name]));
      delete rest[name];
      return value;
    });
    const inQuery = method === 'GET' || method === 'DELETE';
    const response = await fetch(this.url + filled + (inQuery ? query(rest) : ''), {
      method,
      credentials: 'same-origin',
      headers: {
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...(inQuery ? {} : { 'content-type': 'application/json' }),
      },
      ...(inQuery ? {} : { body: JSON.stringify(rest) }),
    });
    const text = await response.text();
    const body = text ? (JSON.parse(text) as Record<string, unknown>) : {};
    if (!response.ok) throw new TidegateProblem(body);
    return body as T;
  }
}

function query(fields: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const one of [value].flat()) if (one !== undefined) parameters.append(name, String(one));
  }
  const text = parameters.toString();
  return text ? `?${text}` : '';
}
