import { execFile, execFileSync } from 'node:child_process';
import { lookup } from 'node:dns';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { promisify } from 'node:util';
import { freePort } from '@tidegate/runtime/embedded/free-port';
import { closing } from '@tidegate/testing/closing';
import { Engine, IMAGE, STAND_INS } from './engine.ts';

const run = promisify(execFile);
const HOST = 'tidegate.test';
const PARTS = ['CADDY', 'POSTGRES', 'NATS', 'REDIS', 'PROMETHEUS', 'ALERTMANAGER'];

/** What the walk over the platform needs besides requests: plans of the tests, and no limits for one address. */
const OVERRIDE = `
x-walk: &walk
  environment: { PLANS_FILE: /plans.yaml, RATE_LIMIT_PER_MINUTE: 100000, RATE_LIMIT_ANONYMOUS_PER_MINUTE: 100000, RATE_LIMIT_NETWORK_PER_MINUTE: 1000000 }
  volumes: ["./plans.yaml:/plans.yaml:ro"]
services:
  blue: *walk
  green: *walk
  gateway: *walk
  billing: *walk
`;

/**
 * deploy/compose as an operator has it, in a folder, project and network of its own: made by `tidegate env print`, with
 * Caddy's own authority. Looks like a platform that was started on this machine to the parts of the suite that walk it.
 */
export class Stack {
  readonly dataDir: string;
  readonly folder: string;
  readonly url: string;
  readonly hidesMetrics = true;
  private readonly engine: Engine;
  private readonly project = `tidegate-test-${process.pid}-${Math.floor(performance.now())}`;

  private constructor(engine: Engine, port: number) {
    this.engine = engine;
    const above = mkdtempSync(join(tmpdir(), 'tidegate-compose-'));
    this.folder = join(above, 'compose');
    this.dataDir = join(above, 'seen');
    for (const folder of ['prometheus', 'grafana/dashboards', 'seen/logs'])
      mkdirSync(join(above, folder), { recursive: true });
    cpSync('deploy/compose', this.folder, { recursive: true });
    cpSync('libs/testing/plans.yaml', join(this.folder, 'plans.yaml'));
    this.url = `https://${HOST}:${port}`;
  }

  /** Ready to be brought up. `settings` go into .env, those of Tidegate itself into settings.env. */
  static async make(settings: Record<string, string>, ofTidegate: Record<string, string> = {}): Promise<Stack> {
    const engine = await Engine.find();
    await engine.build({ file: 'e2e/containers/stand-ins.Dockerfile', tag: STAND_INS, context: 'e2e/containers' });
    const port = await freePort();
    const stack = new Stack(engine, port);
    const made = await engine.do('run', '--rm', IMAGE, 'env', 'print', stack.url, 'internal');
    const own = {
      TIDEGATE_IMAGE: IMAGE,
      ...Object.fromEntries(PARTS.map((part) => [`${part}_IMAGE`, STAND_INS])),
      HTTP_PORT: `127.0.0.1:${await freePort()}`,
      HTTPS_PORT: `127.0.0.1:${port}`,
      // Beside another run, and an installation.
      FRONT_SUBNET: `172.31.${process.pid % 250}.0/24`,
      COMPOSE_FILE: 'compose.yaml:walk.yaml',
      ...settings,
    };
    const lines = (of: Record<string, string>) =>
      Object.entries(of)
        .map(([name, value]) => `${name}=${value}\n`)
        .join('');
    writeFileSync(join(stack.folder, '.env'), `${made}\n${lines(own)}`, { mode: 0o600 });
    writeFileSync(join(stack.folder, 'settings.env'), lines(ofTidegate), { mode: 0o600 });
    writeFileSync(join(stack.folder, 'walk.yaml'), OVERRIDE);
    closing(() => stack.do('--profile', '*', 'down', '-v', '--timeout', '5'));
    return stack;
  }

  get environment(): NodeJS.ProcessEnv {
    const compose = this.engine.compose.join(' ');
    return { ...process.env, COMPOSE: compose, COMPOSE_PROJECT_NAME: this.project, WAIT_SECONDS: '900' };
  }

  /** `docker compose …`; answers what it prints. */
  async do(...args: string[]): Promise<string> {
    const [program = '', ...first] = this.engine.compose;
    const options = { cwd: this.folder, env: this.environment, maxBuffer: 64 * 1024 ** 2 };
    const { stdout } = await run(program, [...first, ...args], options);
    return stdout.trim();
  }

  async script(...args: string[]): Promise<string> {
    const { stderr } = await run('./blue-green', args, { cwd: this.folder, env: this.environment });
    return stderr;
  }

  containerOf(service: string): string {
    return `${this.project}-${service}-1`;
  }

  /** From outside: an engine that is told to kill takes it for the end that was wanted, and starts nothing again. */
  async kill(service: string): Promise<void> {
    process.kill(await this.inspect<number>(service, '.State.Pid'), 'SIGKILL');
  }

  /** A value of Prometheus's, by instance. */
  async ask(query: string): Promise<Map<string, number>> {
    const url = `http://127.0.0.1:9090/api/v1/query?query=${encodeURIComponent(query)}`;
    const { data } = JSON.parse(await this.exec('prometheus', 'wget', '-qO-', url)) as {
      data: { result: { metric: { instance?: string }; value: [number, string] }[] };
    };
    return new Map(data.result.map(({ metric, value }) => [metric.instance ?? '', Number(value[1])]));
  }

  inspect = <T>(service: string, format: string): Promise<T> =>
    this.engine.inspect<T>(this.containerOf(service), format);

  exec = (service: string, ...command: string[]) => this.do('exec', '-T', service, ...command);

  /** Its name leads here, and its certificates are believed, in this process. */
  async believe(): Promise<void> {
    const authority = await this.exec('caddy', 'cat', '/data/caddy/pki/authorities/local/root.crt');
    setDefaultCACertificates([...getCACertificates('default'), authority]);
    const dns = createRequire(import.meta.url)('node:dns') as { lookup: typeof lookup };
    const real = dns.lookup;
    const ours = (name: string, ...rest: unknown[]) =>
      Reflect.apply(real, dns, [name === HOST ? '127.0.0.1' : name, ...rest]);
    dns.lookup = ours as typeof lookup;
    closing(() => {
      dns.lookup = real;
    });
  }

  /** What all containers have said. */
  log(): string {
    const [program = '', ...first] = this.engine.compose;
    const options = { cwd: this.folder, env: this.environment, encoding: 'utf8', maxBuffer: 512 * 1024 ** 2 } as const;
    const text = execFileSync(program, [...first, '--profile', '*', 'logs', '--no-color'], options);
    writeFileSync(join(this.dataDir, 'logs/tidegate.log'), text);
    return text;
  }

  /** The files in which a platform on this machine would have its ports and secrets, and a way to its database. */
  async showAsLocal(colour: string): Promise<void> {
    const password = /^POSTGRES_PASSWORD=(.*)$/m.exec(readFileSync(join(this.folder, '.env'), 'utf8'))?.[1] ?? '';
    const token = /^METRICS_TOKEN=(.*)$/m.exec(readFileSync(join(this.folder, '.env'), 'utf8'))?.[1] ?? '';
    const superuser = `create role postgres superuser login password '${password}'`;
    await this.exec('postgres', 'psql', '-q', '-U', 'tidegate', '-d', 'tidegate', '-c', superuser);
    const networks = await this.inspect<Record<string, { IPAddress: string }>>('postgres', '.NetworkSettings.Networks');
    const ports = { postgres: await leadTo(Object.values(networks)[0]?.IPAddress ?? '', 5_432) };
    const secrets = { POSTGRES_PASSWORD: password, METRICS_TOKEN: token };
    writeFileSync(join(this.dataDir, 'installation.json'), JSON.stringify({ ports }));
    writeFileSync(join(this.dataDir, 'secrets.json'), JSON.stringify(secrets), { mode: 0o600 });
    writeFileSync(join(this.dataDir, 'admin-password'), await this.exec(colour, 'cat', '/data/admin-password'));
  }
}

/** A port of this machine that leads to a container's on a network that nothing else reaches. */
async function leadTo(host: string, port: number): Promise<number> {
  const server = createServer((from) => {
    const to = connect(port, host);
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const)
      one.on('error', () => other.destroy()).pipe(other);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing(() => server.close());
  return (server.address() as { port: number }).port;
}
