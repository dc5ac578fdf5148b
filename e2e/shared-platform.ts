import { type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Platform, startPlatform } from '@tidegate/testing/platform';

/** The page whose scripts may call the API. */
export const PAGE = 'https://app.example.com';
const ENV = { RATE_LIMIT_PER_MINUTE: '100000', RATE_LIMIT_ANONYMOUS_PER_MINUTE: '100000', CORS_ORIGINS: PAGE };

/** The platform that all parts of a test file use, from its first test to its last: a start costs more than most tests. */
export class SharedPlatform implements Platform {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'tidegate-e2e-'));
  private readonly services: boolean;
  private readonly settings: () => NodeJS.ProcessEnv;
  private running: Platform | undefined;
  private logged = '';

  /** `settings` are asked for whenever it starts. */
  constructor({ services = false, settings = () => ({}) }: { services?: boolean; settings?: () => NodeJS.ProcessEnv }) {
    this.services = services;
    this.settings = settings;
    beforeAll(() => this.start());
    afterAll(async () => {
      expect(await this.stop()).toBe(0);
      rmSync(this.dataDir, { recursive: true, force: true });
    });
  }

  get url(): string {
    return this.now.url;
  }

  get process(): ChildProcess {
    return this.now.process;
  }

  /** What all its processes have said so far. */
  log(): string {
    return this.logged + this.now.log();
  }

  stop(): Promise<number | null> {
    return this.now.stop();
  }

  /** `kill -9` of the process that was started, and a new start at the same place. */
  async killAndStart(env: NodeJS.ProcessEnv): Promise<void> {
    const { process: child, url } = this.now;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    this.logged = this.log();
    await this.start({ port: Number(new URL(url).port), env });
  }

  private async start({ port, env }: { port?: number; env?: NodeJS.ProcessEnv } = {}): Promise<void> {
    const { dataDir, services } = this;
    this.running = await startPlatform({
      dataDir,
      services,
      env: { ...ENV, ...this.settings(), ...env },
      ...(port ? { port } : {}),
    });
  }

  private get now(): Platform {
    if (!this.running) throw new Error('The platform is started before the first test.');
    return this.running;
  }
}
