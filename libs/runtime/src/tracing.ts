import { enableTracing } from '@tidegate/telemetry/trace';
import type { Settings } from './settings.ts';

/**
 * Off unless an OTLP endpoint is configured. Each service has its own name, also within one process. Returns how to
 * flush and stop. The exporter is loaded only when it is used: it costs 70 ms and 7 MB.
 */
export async function startTracing(settings: Pick<Settings, 'otlpEndpoint'>): Promise<() => Promise<void>> {
  const url = settings.otlpEndpoint;
  if (!url) return async () => {};
  const [{ OTLPTraceExporter }, { resourceFromAttributes }, { BasicTracerProvider, BatchSpanProcessor }] =
    await Promise.all([
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/sdk-trace-base'),
    ]);
  const providers = new Map<string, InstanceType<typeof BasicTracerProvider>>();
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
