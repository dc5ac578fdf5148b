import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { enableTracing } from '@tidegate/telemetry/trace';
import type { Settings } from './settings.ts';

/** Off unless an OTLP endpoint is configured. Each service has its own name, also within one process. Answers how to flush and stop. */
export function startTracing(settings: Pick<Settings, 'otlpEndpoint'>): () => Promise<void> {
  if (!settings.otlpEndpoint) return async () => {};
  const url = settings.otlpEndpoint;
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
