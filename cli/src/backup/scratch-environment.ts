/** What a program needs of a machine. */
const MACHINE = [
  'PATH',
  'HOME',
  'TMPDIR',
  'LANG',
  'NATS_SERVER',
  'NODE_COMPILE_CACHE',
  'NODE_EXTRA_CA_CERTS',
  'START_TIMEOUT_SECONDS',
];
/** Secrets that are kept in the environment instead of secrets.json; none of them reaches anybody outside. */
const OWN_SECRETS =
  /^(POSTGRES_PASSWORD|CALLER_SECRET|METRICS_TOKEN|MONITOR_PLATFORM_PASSWORD|NATS_\w+_PASSWORD|\w+_DATABASE_PASSWORD|\w+_ENCRYPTION_KEY|\w+_SEALING_(PUBLIC|PRIVATE)_KEY)(_FILE)?$/;

/** For a platform that is only tried: its own secrets, and nothing with which it could act outside. */
export const scratchEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => MACHINE.includes(name) || OWN_SECRETS.test(name)));
