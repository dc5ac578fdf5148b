import { span } from '@tidegate/telemetry/trace';
import { startWebhookReceiver, type WebhookReceiver } from '@tidegate/testing/fakes/webhook-receiver';
import { readTracing } from './settings.ts';
import { SettingsReader } from './settings-reader.ts';
import { startTracing } from './tracing.ts';

let collector: WebhookReceiver;
beforeAll(async () => {
  collector = await startWebhookReceiver();
});
afterAll(() => collector.close());

/** What a collector gets of one span, with these variables. */
async function sent(variables: Record<string, string>) {
  const before = collector.requests.length;
  Object.assign(process.env, variables);
  const stop = await startTracing({ tracing: readTracing(new SettingsReader(process.env, {})) });
  await span('work', 'SERVER', async () => undefined, { service: 'billing' });
  await stop();
  for (const name of Object.keys(variables)) delete process.env[name];
  return collector.requests.slice(before);
}
const endpoint = () => `http://${collector.host}:${collector.port}`;

test('the standard variables say where traces go, with which headers and as what', async () => {
  const [request] = await sent({
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint(),
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=ours',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=staging,service.name=another',
    OTEL_SERVICE_NAME: 'pilot',
  });
  expect(request).toMatchObject({ path: '/v1/traces', headers: { 'x-tenant': 'ours' } });
  const [{ resource }] = JSON.parse(request?.body ?? '').resourceSpans;
  expect(Object.fromEntries(resource.attributes.map(({ key, value }: never) => [key, value['stringValue']]))).toEqual({
    'deployment.environment.name': 'staging',
    'service.namespace': 'pilot',
    'service.name': 'billing',
  });
});

test.each([
  ['a sampler that takes none', { OTEL_TRACES_SAMPLER: 'always_off' }],
  ['an SDK that is disabled', { OTEL_SDK_DISABLED: 'true' }],
  ['no exporter', { OTEL_TRACES_EXPORTER: 'none' }],
])('%s: nothing is sent', async (_, variables) => {
  expect(await sent({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint(), ...variables })).toEqual([]);
});

test('without an endpoint there is no tracing', () => {
  expect(readTracing(new SettingsReader({}, {}))).toBeUndefined();
});
