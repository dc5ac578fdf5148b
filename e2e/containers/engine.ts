import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { baseImage, buildArguments, findEngine } from '../../scripts/engine.mjs';

const run = promisify(execFile);
const MAX_BUFFER = 256 * 1024 ** 2;

/** The container engine of this machine, as scripts/test-containers.mjs found it. */
export class Engine {
  readonly cli: string;
  readonly compose: string[];
  readonly base: string | undefined;

  private constructor(cli: string, compose: string[]) {
    this.cli = cli;
    this.compose = compose;
    this.base = baseImage(cli);
  }

  static async find(): Promise<Engine> {
    const { cli, compose, missing } = await findEngine();
    if (!cli || !compose) throw new Error(`These tests need a container engine: ${missing}.`);
    return new Engine(cli, compose);
  }

  /** What it prints. */
  async do(...args: string[]): Promise<string> {
    const { stdout } = await run(this.cli, args, { maxBuffer: MAX_BUFFER });
    return stdout.trim();
  }

  /** Builds, unless the layers are there. */
  async build(options: { file: string; tag: string; context: string }): Promise<void> {
    await this.do(...buildArguments(this.cli, { ...options, base: this.base }));
  }

  async inspect<T>(name: string, format: string): Promise<T> {
    return JSON.parse(await this.do('inspect', '--format', `{{json ${format}}}`, name)) as T;
  }
}

export const IMAGE = 'localhost/tidegate:test';
export const STAND_INS = 'localhost/tidegate-stand-ins:test';
