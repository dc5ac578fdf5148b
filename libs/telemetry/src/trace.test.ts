import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { annotateSpan, currentTrace, enableTracing, fromTraceparent, newTrace, runInTrace, span } from './trace.ts';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const services: string[] = [];
enableTracing((service) => {
  services.push(service);
  return provider.getTracer(service);
});
const finished = () => exporter.getFinishedSpans();
beforeEach(() => {
  exporter.reset();
  services.length = 0;
});

test('work outside requests and events is not recorded', async () => {
  await span('select bots', 'CLIENT', async () => {});
  await runInTrace(newTrace(), () => span('select bots', 'CLIENT', async () => {}));
  expect(finished()).toEqual([]);
});

test('a request without a caller starts a trace: its span has no parent', async () => {
  for (const parent of [undefined, newTrace(), fromTraceparent('nonsense')]) {
    await span('GET /bots', 'SERVER', () => span('select bots', 'CLIENT', async () => {}), { parent });
  }
  const roots = finished().filter(({ name }) => name === 'GET /bots');
  expect(roots.map(({ parentSpanContext }) => parentSpanContext)).toEqual([undefined, undefined, undefined]);
  const [child] = finished();
  expect(child?.parentSpanContext?.spanId).toBe(roots[0]?.spanContext().spanId);
});

test('a caller that traces is the parent', async () => {
  const caller = fromTraceparent('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01');
  await span('GET /bots', 'SERVER', async () => expect(currentTrace()?.traceId).toBe(caller.traceId), {
    parent: caller,
  });
  expect(finished()[0]?.parentSpanContext?.spanId).toBe('00f067aa0ba902b7');
});

test('a span tells whose work it is, and its children are the same service', async () => {
  await span('handle bots.list', 'SERVER', () => span('select bots', 'CLIENT', async () => {}), {
    service: 'bot-executor',
  });
  expect(services).toEqual(['bot-executor', 'bot-executor']);
});

test('attributes can be added later, and a failure without an exception is an error', async () => {
  await span('GET /bots', 'SERVER', async () => annotateSpan({ 'http.response.status_code': 503 }, { failed: true }));
  expect(finished()[0]?.attributes).toEqual({ 'http.response.status_code': 503 });
  expect(finished()[0]?.status.code).toBe(2);
});
