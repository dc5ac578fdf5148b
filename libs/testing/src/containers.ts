import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { RunningNats } from '@tidegate/runtime/embedded/nats-server';
import type { RunningPostgres } from '@tidegate/runtime/embedded/postgres';

/*
 * `TEST_SERVERS=containers npm test`: PostgreSQL and nats-server of the tests come from images, of any version:
 * TEST_POSTGRES_IMAGE and TEST_NATS_IMAGE. What starts whole platforms, and what tests the embedded servers, keeps those.
 */
export const fromContainers = (): boolean => process.env['TEST_SERVERS'] === 'containers';

export type RunPostgres = Pick<RunningPostgres, 'host' | 'port' | 'user' | 'password' | 'url'>;

const POSTGRES_IMAGE = 'docker.io/library/postgres:18.4-bookworm';
const NATS_IMAGE = 'docker.io/library/nats:2.12.1-alpine';
const START_MS = 300_000;
/** The main process owns the run's server: the engine's clean-up removes what belonged to a process that has ended. */
const noteIn = (runDir: string): string => join(runDir, 'postgres-container.json');

interface Started {
  getId(): string;
  getHost(): string;
  getMappedPort(port: number): number;
  stop(options: { timeout: number }): Promise<unknown>;
}
interface Preparing {
  withEnvironment(variables: Record<string, string>): Preparing;
  withEntrypoint(words: string[]): Preparing;
  withCommand(words: string[]): Preparing;
  withCopyContentToContainer(files: { content: string; target: string }[]): Preparing;
  withExposedPorts(...ports: number[]): Preparing;
  withWaitStrategy(strategy: unknown): Preparing;
  withStartupTimeout(ms: number): Preparing;
  start(): Promise<Started>;
}
/** What is used of the package testcontainers, whose types only those have who run the tests. */
interface Testcontainers {
  GenericContainer: new (image: string) => Preparing;
  Wait: { forLogMessage(message: RegExp, times?: number): unknown };
  getContainerRuntimeClient(): Promise<{
    container: { getById(id: string): { inspect(): Promise<{ State: { Pid: number } }> } };
  }>;
}

/** Loaded only by who wants it. Ports are published on this machine, where the tests' own proxies look for them. */
function load(): Testcontainers {
  process.env['TESTCONTAINERS_HOST_OVERRIDE'] ??= '127.0.0.1';
  return createRequire(join(process.cwd(), 'deploy/tests/package.json'))('testcontainers') as Testcontainers;
}

export async function startPostgresContainer(
  runDir: string,
  settings: Record<string, string | number>,
): Promise<() => Promise<unknown>> {
  const { GenericContainer, Wait } = load();
  const all = Object.entries({ ...settings, shared_preload_libraries: 'pg_stat_statements' });
  const container = await new GenericContainer(process.env['TEST_POSTGRES_IMAGE'] ?? POSTGRES_IMAGE)
    .withEnvironment({ POSTGRES_PASSWORD: 'test' })
    .withCommand(['postgres', ...all.map(([name, value]) => `-c${name}=${value}`)])
    .withExposedPorts(5_432)
    // Once for the server that fills a new folder, and once for the one that stays.
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
    .withStartupTimeout(START_MS)
    .start();
  const at = { host: container.getHost(), port: container.getMappedPort(5_432) };
  writeFileSync(noteIn(runDir), JSON.stringify(at), { mode: 0o600 });
  return () => container.stop({ timeout: 1_000 });
}

export function postgresContainer(runDir: string): RunPostgres {
  const at = JSON.parse(readFileSync(noteIn(runDir), 'utf8')) as { host: string; port: number };
  return {
    ...at,
    user: 'postgres',
    password: 'test',
    url: `postgresql://postgres:test@${at.host}:${at.port}/postgres`,
  };
}

export async function startNatsContainer(authorization: string | undefined): Promise<RunningNats> {
  const { GenericContainer, getContainerRuntimeClient, Wait } = load();
  const content = `listen: "0.0.0.0:4222"
http: "0.0.0.0:8222"
max_payload: 1MB
jetstream { store_dir: "/tmp/jetstream", max_memory_store: 64MB, max_file_store: 8GB }
${authorization ? `authorization { ${authorization} }` : ''}
`;
  const container = await new GenericContainer(process.env['TEST_NATS_IMAGE'] ?? NATS_IMAGE)
    .withEntrypoint(['nats-server'])
    .withCommand(['-c', '/tmp/nats.conf'])
    .withCopyContentToContainer([{ content, target: '/tmp/nats.conf' }])
    .withExposedPorts(4_222, 8_222)
    .withWaitStrategy(Wait.forLogMessage(/Server is ready/))
    .withStartupTimeout(START_MS)
    .start();
  const client = await getContainerRuntimeClient();
  const { State } = await client.container.getById(container.getId()).inspect();
  const [host, port, monitorPort] = [
    container.getHost(),
    container.getMappedPort(4_222),
    container.getMappedPort(8_222),
  ];
  return {
    host,
    port,
    monitorPort,
    url: `nats://${host}:${port}`,
    monitorUrl: `http://${host}:${monitorPort}`,
    // On the same machine, and only for root, a test can stop it by this.
    pid: State.Pid,
    adopted: false,
    logFile: '',
    stop: () => container.stop({ timeout: 1_000 }).then(() => undefined),
  };
}
