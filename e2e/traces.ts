import { type OtlpCollector, startOtlpCollector } from '@tidegate/testing/fakes/otlp-collector';
import { Rest } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import type { Mails } from './mails.ts';
import type { SharedPlatform } from './shared-platform.ts';

/* One request's way through the whole platform, as an operator's collector sees it. */
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER_SPAN = '00f067aa0ba902b7';
const PARTS = ['POST /api/v1/accounts', 'handle accounts.register', 'insert users', 'handle identity.organisation'];
const SERVICES = ['gateway', 'identity', 'billing'];

interface Traces {
  /** For the start of a platform. */
  settings(): NodeJS.ProcessEnv;
  collected(): OtlpCollector;
}

/** From the first test of the file to the last. */
export function collectTraces(): Traces {
  let collector: OtlpCollector;
  beforeAll(async () => {
    collector = await startOtlpCollector();
  });
  afterAll(() => collector.close());
  return {
    settings: () => ({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.endpoint }),
    collected: () => collector,
  };
}

export function traces(platform: SharedPlatform, { collected }: Traces, mails: Mails): void {
  test('a request is one trace over HTTP, operation, SQL and event handlers, and shows no values', async () => {
    const collector = collected();
    const email = 'traced@example.com';
    expect((await new Rest(platform.url).post('/api/v1/accounts/request', { email })).status).toBe(204);
    const account = { token: await mails.tokenFor(email), password: 'traced-correct-horse', name: 'Traced Person' };
    const answer = await fetch(`${platform.url}/api/v1/accounts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', traceparent: `00-${TRACE}-${CALLER_SPAN}-01` },
      body: JSON.stringify(account),
    });
    expect(answer.status).toBe(201);
    const spans = await until(
      async () => {
        const found = collector.spansOf(TRACE);
        // Each service sends its own.
        const names = found.map(({ name }) => name).join();
        return (
          PARTS.every((part) => names.includes(part)) &&
          SERVICES.every((service) => collected().services.includes(service)) &&
          found
        );
      },
      { withinMs: 20_000, everyMs: 200, what: 'the trace' },
    );
    const named = (part: string) => {
      const found = spans.find(({ name }) => name.includes(part));
      if (!found) throw new Error(`No span ${part} among ${spans.map(({ name }) => name).join(', ')}`);
      return found;
    };
    const http = named('POST /api/v1/accounts');
    expect(http.parentSpanId).toBe(CALLER_SPAN);
    expect(http.attributes).toContainEqual({ key: 'http.response.status_code', value: { intValue: 201 } });
    const operation = named('handle accounts.register');
    const insert = named('insert users');
    expect(ancestors(insert.spanId)).toEqual(expect.arrayContaining([operation.spanId, http.spanId]));
    expect(ancestors(named('handle identity.organisation').spanId)).toContain(operation.spanId);
    for (const value of [email, ...Object.values(account)]) expect(collector.text).not.toContain(value);

    function ancestors(spanId: string): string[] {
      const parent = spans.find((span) => span.spanId === spanId)?.parentSpanId;
      return parent ? [parent, ...ancestors(parent)] : [];
    }
  });
}
