import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';

/** A span as OTLP over HTTP brings it, in JSON. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
}

interface Body {
  resourceSpans: { resource: { attributes: ReceivedSpan['attributes'] }; scopeSpans: { spans: ReceivedSpan[] }[] }[];
}

/** An OpenTelemetry collector: takes traces over HTTP as POST /v1/traces and keeps their spans. */
export class OtlpCollector {
  private readonly receiver: WebhookReceiver;

  constructor(receiver: WebhookReceiver) {
    this.receiver = receiver;
  }

  get endpoint(): string {
    return `http://${this.receiver.host}:${this.receiver.port}/v1/traces`;
  }

  /** Everything that was sent, as text. */
  get text(): string {
    return this.receiver.requests.map(({ body }) => body).join('\n');
  }

  /** `service.name` of everything that was sent. */
  get services(): string[] {
    const resources = this.receiver.requests.flatMap(({ body }) => (JSON.parse(body) as Body).resourceSpans);
    return resources.flatMap(({ resource: { attributes } }) =>
      attributes.flatMap(({ key, value }) => (key === 'service.name' && value.stringValue) || []),
    );
  }

  spansOf(traceId: string): ReceivedSpan[] {
    return this.receiver.requests
      .flatMap(({ body }) => (JSON.parse(body) as Body).resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
      .filter((span) => span.traceId === traceId);
  }

  close(): Promise<void> {
    return this.receiver.close();
  }
}

export async function startOtlpCollector(): Promise<OtlpCollector> {
  const receiver = await startWebhookReceiver();
  receiver.answerAlways({ status: 200, headers: { 'content-type': 'application/json' }, body: '{}' });
  return new OtlpCollector(receiver);
}
