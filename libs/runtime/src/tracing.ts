import { enableTracing } from '@tidegate/telemetry/trace';
import type { Settings } from './settings.ts';

/**
 * Off unless an OTLP endpoint is configured. The standard variables of OpenTelemetry for sampling, batches, limits, headers
 * and resource attributes are read by its own SDK. Each service has its own name, also within one process, which is why
 * there are several providers instead of one `NodeSDK`. Returns how to flush and stop. All of it is loaded only when it is
 * used: it costs 70 ms and 7 MB.
 */
export async function startTracing({ tracing }: Pick<Settings, 'tracing'>): Promise<() => Promise<void>> {
  if (!tracing) return async () => {};
  const [{ OTLPTraceExporter }, { detectResources, envDetector, resourceFromAttributes }, sdk] = await Promise.all([
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace-base'),
  ]);
  const configured = detectResources({ detectors: [envDetector] });
  const make = (service: string) =>
    new sdk.BasicTracerProvider({
      resource: configured.merge(
        resourceFromAttributes({ 'service.namespace': tracing.namespace, 'service.name': service }),
      ),
      spanProcessors: [
        new sdk.BatchSpanProcessor(new OTLPTraceExporter(tracing.endpoint ? { url: tracing.endpoint } : {})),
      ],
    });
  const providers = new Map<string, ReturnType<typeof make>>();
  const disable = enableTracing((service) => {
    const provider = providers.get(service) ?? make(service);
    providers.set(service, provider);
    return provider.getTracer('tidegate');
  });
  return async () => {
    disable();
    await Promise.all([...providers.values()].map((provider) => provider.shutdown()));
  };
}
