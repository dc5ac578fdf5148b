import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import { EVENTS_STREAM } from '@tidegate/contracts/kernel/event';
import { LIVE_TOPICS } from '@tidegate/contracts/kernel/live-topics';
import { SERVICE_NAMES, type ServiceName } from '@tidegate/contracts/kernel/service-names';
import { READ_INCIDENTS } from '@tidegate/contracts/notifier/incidents';
import { USAGE_STREAM } from '@tidegate/contracts/usage/event';
import type { Login } from './settings.ts';

interface Permissions {
  publish: string[];
  subscribe: string[];
}

/** Which meters each service counts. Customers' own meters come through the usage service, which publishes none. */
const METERS: Partial<Record<ServiceName, readonly string[]>> = {
  gateway: ['api_calls'],
  notifier: ['notifications'],
  'monitor-agent': ['server_minutes'],
  'bot-executor': ['bot_orders', 'backtest_runs', 'sweep_runs'],
};
/** Loops of other services that a service wakes. */
const WAKES: Partial<Record<ServiceName, readonly string[]>> = { notifier: [`wake.gateway.${READ_INCIDENTS}`] };
const liveOf = (service: ServiceName): string[] =>
  Object.entries(LIVE_TOPICS).flatMap(([topic, of]) => (of.service === service ? [`live.*.${topic}`] : []));

/**
 * What a service may publish and subscribe to. It may call any service, answer its own operations, emit only its own
 * events, count only its own meters, read events through its own durable consumers, and has an inbox that nobody else
 * can read. NATS cannot check for which organisation it acts.
 */
export function permissionsOf(service: ServiceName): Permissions {
  const durables = SERVICE_NAMES.map((source) => `${service}-from-${source}`);
  const publish = [
    'rpc.>',
    `evt.${service}.>`,
    ...(METERS[service] ?? []).map((meter) => `usage.*.${meter}`),
    ...liveOf(service),
    `wake.${service}.>`,
    ...(WAKES[service] ?? []),
    '$JS.API.INFO',
    ...stream(EVENTS_STREAM, durables),
  ];
  const subscribe = [`rpc.${service}.>`, `wake.${service}.>`, `_INBOX_${service}.>`];
  if (service === 'usage') {
    publish.push('$JS.API.STREAM.INFO.USAGE', '$JS.API.STREAM.MSG.GET.USAGE', ...orderedReading(USAGE_STREAM));
  }
  if (service === 'gateway') {
    // Revocations are received as they are published, and read from the stream; that needs no consumer.
    publish.push('$JS.API.STREAM.MSG.GET.EVENTS');
    subscribe.push('live.>', accessRevoked.subject);
  }
  return { publish, subscribe };
}

function stream(name: string, durables: string[]): string[] {
  return [
    `$JS.API.STREAM.INFO.${name}`,
    ...durables.flatMap((durable) => [
      `$JS.API.CONSUMER.INFO.${name}.${durable}`,
      `$JS.API.CONSUMER.CREATE.${name}.${durable}`,
      `$JS.API.CONSUMER.CREATE.${name}.${durable}.>`,
      `$JS.API.CONSUMER.DURABLE.CREATE.${name}.${durable}`,
      `$JS.API.CONSUMER.MSG.NEXT.${name}.${durable}`,
      `$JS.ACK.${name}.${durable}.>`,
    ]),
  ];
}

/** An ordered consumer has no durable name. */
const orderedReading = (name: string): string[] => [
  `$JS.API.CONSUMER.CREATE.${name}`,
  `$JS.API.CONSUMER.CREATE.${name}.>`,
  `$JS.API.CONSUMER.DELETE.${name}.>`,
  `$JS.API.CONSUMER.MSG.NEXT.${name}.>`,
  `$JS.API.CONSUMER.INFO.${name}.>`,
];

/** The `authorization` block of nats-server's configuration. `platform` is the operator's: it creates streams. */
export function natsAuthorization(users: Record<ServiceName | 'platform', Login | readonly Login[]>): string {
  // Two while they are changed.
  const loginsOf = (name: ServiceName | 'platform'): readonly Login[] => [users[name]].flat();
  const lines = SERVICE_NAMES.flatMap((service) => {
    const { publish, subscribe } = permissionsOf(service);
    return loginsOf(service).map(
      ({ user, password }) => `{ user: ${quote(user)}, password: ${quote(password)}, permissions: {
      publish: { allow: ${list(publish)} }, subscribe: { allow: ${list(subscribe)} },
      allow_responses: { max: 1, expires: "60s" } } }`,
    );
  });
  const platform = loginsOf('platform').map(
    ({ user, password }) => `{ user: ${quote(user)}, password: ${quote(password)} }`,
  );
  return `users: [\n    ${[...platform, ...lines].join(',\n    ')}\n  ]`;
}

const quote = (text: string): string => JSON.stringify(text);
const list = (subjects: string[]): string => `[${subjects.map(quote).join(', ')}]`;
