import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { enableTracing } from '@tidegate/telemetry/trace';
import type { Settings } from './settings.ts';

/** Off unless an OTLP endpoint is configured. Answers how to flush and stop. */
export function startTracing(settings: Pick<Settings, 'otlpEndpoint' | 'roles'>): () => Promise<void> {
  if (!settings.otlpEndpoint) return async () => {};
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'tidegate', 'tidegate.roles': settings.roles.join(',') }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: settings.otlpEndpoint }))],
  });
  enableTracing(provider.getTracer('tidegate'));
  return () => provider.shutdown();
}
