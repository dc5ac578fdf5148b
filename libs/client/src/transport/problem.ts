/** Why a call failed (RFC 9457). `code` is stable; the rest of the document is in `problem`. */
export class TidegateProblem<Code extends string = string> extends Error {
  override readonly name = 'TidegateProblem';
  readonly code: Code;
  /** 0: there was no answer. */
  readonly status: number;
  readonly problem: Readonly<Record<string, unknown>>;
  /** When to try again. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    problem: Record<string, unknown>,
    options: { retryAfterSeconds?: number | undefined; cause?: unknown } = {},
  ) {
    super(String(problem['detail'] ?? problem['title'] ?? 'The request failed'), { cause: options.cause });
    this.code = String(problem['code'] ?? 'unknown') as Code;
    this.status = Number(problem['status'] ?? 0);
    this.problem = problem;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** With `isProblem<BotsDeleteProblem>(error)` the compiler knows the possible codes. */
export const isProblem = <Code extends string = string>(error: unknown): error is TidegateProblem<Code> =>
  error instanceof TidegateProblem;

/** The problem of an answer that is not 2xx. An answer that Tidegate did not write becomes `unavailable`. */
export function problemOf(response: Response, text: string): TidegateProblem {
  const given = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterSeconds = Number.isFinite(given) ? given : undefined;
  const document = parseObject(text);
  if (typeof document?.['code'] === 'string') return new TidegateProblem(document, { retryAfterSeconds });
  const { status, statusText } = response;
  return new TidegateProblem(
    {
      code: 'unavailable',
      title: `${status} ${statusText}`,
      status,
      detail: `Something between the client and Tidegate answered ${status}.`,
    },
    { retryAfterSeconds },
  );
}

export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
