import type { Account } from './account.ts';
import { description, type Json, type JsonObject } from './description.ts';
import { type Fault, Faults, refusalOf } from './faults.ts';
import { decodeForm, isObject } from './forms.ts';
import type { StoredAnswer } from './idempotency.ts';
import { DoubleFault, invalid, Refusal } from './refusal.ts';
import { render } from './render.ts';
import { type Match, match, type Routes } from './routes.ts';
import type { Answer, Incoming } from './server.ts';
import { watched } from './unserved.ts';
import { checkAnswer, readParams } from './validation.ts';

export interface SeenRequest {
  operation: string;
  params: JsonObject;
  idempotencyKey: string | null;
  status: number | null;
  replayed: boolean;
  /** On the machine's clock, in milliseconds. */
  at: number;
}

/** The API as it goes over the wire: keys, versions, idempotency, validation, errors, planned faults. */
export class Api {
  readonly faults = new Faults();
  /** Every request that was understood, in order. `status: null` was not answered. */
  readonly seen: SeenRequest[] = [];
  /** Answers that Stripe would not give: the double is wrong, and its test fails. */
  readonly ownFaults: DoubleFault[] = [];

  constructor(
    private readonly routes: Routes,
    /** The account of a secret key or of a session's token. */
    private readonly accountOf: (key: string, operation: string) => Account | undefined,
  ) {}

  async answer(incoming: Incoming): Promise<Answer> {
    const requestId = `req_${(this.seen.length + 1).toString().padStart(14, '0')}`;
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'request-id': requestId,
      'stripe-version': description().version,
    };
    let seen: SeenRequest | undefined;
    try {
      const call = this.read(incoming);
      const key = call.idempotencyKey;
      if (key !== null) headers['idempotency-key'] = key;
      seen = {
        operation: call.name,
        params: call.raw,
        idempotencyKey: key,
        status: null,
        replayed: false,
        at: Date.now(),
      };
      this.seen.push(seen);
      const fault = this.faults.take(call.name);
      const done = await this.run(call, fault, requestId);
      if (!done) return undefined;
      if (done.requestId !== requestId) {
        headers['idempotent-replayed'] = 'true';
        headers['original-request'] = done.requestId;
        seen.replayed = true;
      }
      seen.status = done.status;
      return { status: done.status, headers: { ...headers, ...done.headers }, body: done.body };
    } catch (error) {
      const refusal = error instanceof Refusal ? error : this.own(error, headers);
      if (seen) seen.status = refusal.status;
      return { status: refusal.status, headers: { ...headers, ...refusal.headers }, body: errorText(refusal) };
    }
  }

  private own(error: unknown, headers: Record<string, string>): Refusal {
    const fault = error instanceof DoubleFault ? error : new DoubleFault(String((error as Error)?.stack ?? error));
    this.ownFaults.push(fault);
    headers['stripe-should-retry'] = 'false';
    return new Refusal(500, { type: 'api_error', message: `The double of Stripe is wrong: ${fault.message}` });
  }

  private read(incoming: Incoming) {
    const { method, url, headers, body } = incoming;
    const key = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
    if (!key) throw unauthorised('You did not provide an API key.');
    const found = match(method, url.pathname);
    const account = this.accountOf(key, found?.name ?? '');
    if (!account) throw unauthorised(`Invalid API Key provided: ${key.slice(0, 8)}****`);
    if (!found)
      throw new Refusal(404, {
        type: 'invalid_request_error',
        message: `Unrecognized request URL (${method}: ${url.pathname}).`,
      });
    const version = headers['stripe-version'];
    if (version !== description().version) throw invalid(`Invalid Stripe API version: ${version}`);
    const raw = paramsOf(incoming);
    const idempotent = method === 'POST' || (method === 'DELETE' && url.pathname.startsWith('/v2/'));
    const given = idempotent ? headers['idempotency-key'] : undefined;
    const idempotencyKey = typeof given === 'string' ? given : null;
    if (idempotencyKey !== null && idempotencyKey.length > 255)
      throw invalid('Idempotency keys must be at most 255 characters long.');
    return { ...found, account, raw, idempotencyKey, target: `${method} ${url.pathname}`, body };
  }

  private async run(
    call: ReturnType<Api['read']>,
    fault: Fault | undefined,
    requestId: string,
  ): Promise<(StoredAnswer & { headers?: Record<string, string> }) | undefined> {
    if (fault?.kind === 'drop' && fault.when === 'before_effect') return undefined;
    const planned = refusalOf(fault);
    if (planned) throw planned;
    const params = readParams(call.name, call.operation, call.raw);
    const { account, idempotencyKey: key } = call;
    const sameAs = `${call.target} ${canonical(call.raw)}`;
    const stored = key === null ? undefined : account.idempotency.begin(key, sameAs, call.target.includes(' /v2/'));
    if (stored) return stored;
    if (fault?.kind === 'slow' && fault.when !== 'after_effect') await fault.until;
    const done = this.execute(call, params, requestId);
    if (fault?.kind === 'slow' && fault.when === 'after_effect') await fault.until;
    return fault?.kind === 'drop' ? undefined : done;
  }

  /** At once: nothing else happens to the account in between. */
  private execute(
    call: Match & { account: Account; idempotencyKey: string | null },
    params: JsonObject,
    requestId: string,
  ) {
    const { account, idempotencyKey: key } = call;
    const size = account.store.size;
    const handler = this.routes[call.name];
    if (!handler) throw new DoubleFault(`${call.name} is described but not served`);
    account.request = { id: requestId, idempotency_key: key };
    try {
      const { expand = [], ...rest } = params as { expand?: string[] };
      const given = watched(rest as JsonObject);
      const handled = handler(account, given.params as never, call.path);
      given.check(call.name);
      const result = render(account, handled, expand);
      checkAnswer(call.name, call.operation, result as Json);
      return this.keep(account, key, { status: 200, body: JSON.stringify(result), requestId });
    } catch (error) {
      if (error instanceof Refusal && error.status !== 402 && account.store.size !== size)
        throw new DoubleFault(`${call.name} was refused and has had an effect: ${error.message}`);
      if (error instanceof Refusal)
        return this.keep(account, key, { status: error.status, body: errorText(error), requestId });
      if (key !== null) account.idempotency.withdraw(key);
      throw error;
    } finally {
      account.request = null;
    }
  }

  private keep(account: Account, key: string | null, answer: StoredAnswer): StoredAnswer {
    if (key !== null) account.idempotency.finish(key, answer);
    return answer;
  }
}

function paramsOf({ method, url, headers, body }: Incoming): JsonObject {
  if (method !== 'POST') return decodeForm(url.search.slice(1));
  if (!url.pathname.startsWith('/v2/')) return decodeForm(body);
  if (body !== '' && !headers['content-type']?.startsWith('application/json'))
    throw invalid('v2 requests have a body of JSON.');
  return body === '' ? {} : (JSON.parse(body) as JsonObject);
}

/** The same parameters in another order are the same. */
const canonical = (value: Json): string =>
  JSON.stringify(value, (_key, inner) => (isObject(inner) ? Object.fromEntries(Object.entries(inner).sort()) : inner));

const unauthorised = (message: string): Refusal => new Refusal(401, { type: 'invalid_request_error', message });
const errorText = (refusal: Refusal): string => JSON.stringify({ error: refusal.body });
