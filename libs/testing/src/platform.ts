import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, lostItsPort } from '@tidegate/runtime/embedded/free-port';
import { hasEnded } from '@tidegate/runtime/embedded/processes';
import { programEnvironment } from './test-run.ts';
import { Hopeless, until } from './until.ts';

/** The whole platform as a user starts it, on a data folder and ports of its own. */
export interface Platform {
  url: string;
  dataDir: string;
  process: ChildProcess;
  log(): string;
  /** What Ctrl-C does. Answers the exit code. */
  stop(): Promise<number | null>;
}

export async function startPlatform(
  options: { services?: boolean; dataDir?: string; port?: number; env?: NodeJS.ProcessEnv; root?: string } = {},
): Promise<Platform> {
  const root = options.root ?? process.cwd();
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'tidegate-e2e-'));
  const port = options.port ?? (await freePort());
  const child = spawn(
    process.execPath,
    [
      ...readJson<string[]>(root, 'node-flags.json'),
      join(root, 'cli/dist/main.js'),
      'start',
      ...(options.services ? ['--services'] : []),
    ],
    {
      cwd: root,
      env: {
        ...programEnvironment(),
        ...readJson<Record<string, string>>(root, 'node-environment.json'),
        PLANS_FILE: join(root, 'libs/testing/plans.yaml'),
        ...options.env,
        PORT: String(port),
        DATA_DIR: dataDir,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (log += String(chunk)));
  const url = `http://localhost:${port}`;
  try {
    await until(
      async () => {
        if (hasEnded(child)) {
          throw new Hopeless(`It ended with ${child.exitCode ?? child.signalCode}:\n${log.slice(-3_000)}`);
        }
        return log.includes('Ready after') && (await fetch(`${url}/health/ready`)).ok;
      },
      { withinMs: 60_000, everyMs: 100, what: 'The platform' },
    );
  } catch (error) {
    // Between the look for a free port and listening there, another test's server may take it.
    if (options.port === undefined && hasEnded(child) && lostItsPort(log, port)) {
      if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
      return startPlatform(options);
    }
    if (error instanceof Hopeless) throw error;
    throw new Error(`${(error as Error).message}\n${log.slice(-2_000)}`);
  }
  return {
    url,
    dataDir,
    process: child,
    log: () => log,
    stop: async () => {
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
      child.kill('SIGINT');
      const code = hasEnded(child) ? child.exitCode : await ended;
      if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
      return code;
    },
  };
}

/** What `npm start` runs Node with; it decides how much memory that takes. */
const readJson = <T>(root: string, file: string): T => JSON.parse(readFileSync(join(root, 'cli/bin', file), 'utf8'));

export const adminPassword = (platform: Pick<Platform, 'dataDir'>): string =>
  readFileSync(join(platform.dataDir, 'admin-password'), 'utf8').trim();

export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: T;
}

/** A REST client of one caller: what a customer would do with curl. */
export class Rest {
  private readonly url: string;
  private readonly token: string | undefined;

  constructor(url: string, token?: string) {
    this.url = url;
    this.token = token;
  }

  as(token: string): Rest {
    return new Rest(this.url, token);
  }

  async send<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = text && /[/+]json\b/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: (json ? JSON.parse(text) : { text }) as T };
  }

  get = <T = Record<string, unknown>>(path: string) => this.send<T>('GET', path);
  post = <T = Record<string, unknown>>(path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
    this.send<T>('POST', path, body, headers);
}
