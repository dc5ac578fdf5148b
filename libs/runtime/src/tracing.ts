import type { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { enableTracing } from '@tidegate/telemetry/trace';
import type { Settings } from './settings.ts';

/**
 * Off unless an OTLP endpoint is configured; only then its 300 modules are loaded. Each service has its own name, also
 * within one process. Answers how to flush and stop.
 */
export async function startTracing(settings: Pick<Settings, 'otlpEndpoint'>): Promise<() => Promise<void>> {
  if (!settings.otlpEndpoint) return async () => {};
  const url = settings.otlpEndpoint;
  const [{ OTLPTraceExporter }, { resourceFromAttributes }, { BasicTracerProvider, BatchSpanProcessor }] =
    await Promise.all([
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/sdk-trace-base'),
    ]);
  const providers = new Map<string, BasicTracerProvider>();
  enableTracing((service) => {
    const provider =
      providers.get(service) ??
      new BasicTracerProvider({
        resource: resourceFromAttributes({ 'service.namespace': 'tidegate', 'service.name': service }),
        spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url }))],
      });
    providers.set(service, provider);
    return provider.getTracer('tidegate');
  });
  return async () => {
    await Promise.all([...providers.values()].map((provider) => provider.shutdown()));
  };
}
