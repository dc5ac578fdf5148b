/*
 * Configurations of the nats-servers of deploy/: users as everywhere (libs/runtime/src/nats-permissions.ts), whose
 * passwords each server finds in its environment.
 */
import { natsAuthorization } from '../libs/runtime/dist/nats-permissions.js';
import { BUS_MEMBERS, variablePrefix } from '../libs/runtime/dist/secrets-file.js';

const SERVERS = ['nats-0', 'nats-1', 'nats-2'];
const TLS = [
  'cert_file: "/etc/nats-tls/tls.crt"',
  'key_file: "/etc/nats-tls/tls.key"',
  'ca_file: "/etc/nats-tls/ca.crt"',
];

/** Moves clients elsewhere before it ends (deploy/k8s/components/nats). */
const IN_A_POD = [
  'server_name: $POD_NAME',
  'pid_file: "/run/nats/nats.pid"',
  'lame_duck_grace_period: "10s"',
  'lame_duck_duration: "30s"',
];

const CLUSTER = [
  `tls { ${TLS.join(', ')} }`,
  'cluster {',
  '  name: "tidegate"',
  '  listen: "0.0.0.0:6222"',
  `  routes: [${SERVERS.map((name) => `"nats-route://${name}.nats-peers:6222"`).join(', ')}]`,
  '  connect_retries: 120',
  `  tls { ${TLS.join(', ')}, verify: true, timeout: 5 }`,
  '}',
];

function natsConf(lines) {
  const passwordOf = (name) => `$NATS_${variablePrefix(name)}_PASSWORD`;
  const users = Object.fromEntries(BUS_MEMBERS.map((name) => [name, { user: name, password: passwordOf(name) }]));
  // A variable in quotes would be a text.
  const authorization = natsAuthorization(users).replaceAll(/"(\$NATS_\w+)"/g, '$1');
  return `# Written by \`npm run generate\`: who may publish and subscribe to what follows from the contracts.
listen: "0.0.0.0:4222"
http: "0.0.0.0:8222"
max_payload: 1MB
# A member of the bus that vanished without a word is sent requests until this finds it out; by default that takes minutes.
ping_interval: "10s"
ping_max: 2
${lines.join('\n')}
authorization {
  ${authorization}
}
`;
}

const store = (memory, files) =>
  `jetstream { store_dir: "/data", max_memory_store: ${memory}, max_file_store: ${files} }`;

export const natsConfs = () => ({
  'deploy/compose/nats/nats.conf': natsConf(['server_name: "tidegate"', 'max_connections: 200', store('64MB', '8GB')]),
  'deploy/k8s/components/nats/nats.conf': natsConf([...IN_A_POD, 'max_connections: 200', store('64MB', '8GB')]),
  'deploy/k8s/components/nats-cluster/nats.conf': natsConf([
    ...IN_A_POD,
    'max_connections: 2000',
    store('256MB', '8GB'),
    ...CLUSTER,
  ]),
});
