import { readVariable } from './config.ts';
import type { Secrets } from './secrets-file.ts';

/** Reads one setting after the other and collects all problems, so that they can be reported together. */
export class SettingsReader {
  readonly problems: string[] = [];
  private readonly env: NodeJS.ProcessEnv;
  private readonly secrets: Secrets;

  constructor(env: NodeJS.ProcessEnv, secrets: Secrets) {
    this.env = env;
    this.secrets = secrets;
  }

  get(name: string): string | undefined {
    try {
      return readVariable(this.env, name) ?? this.secrets[name];
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      this.problems.push(`${name}_FILE names ${this.env[`${name}_FILE`]}, which cannot be read (${code})`);
      return undefined;
    }
  }

  /** Empty when it is missing; a problem only when it is needed. */
  read(name: string, needed: boolean): string {
    const before = this.problems.length;
    const value = this.get(name);
    if (value === undefined && needed && this.problems.length === before) {
      this.problems.push(`${name} is missing: set it or ${name}_FILE, or let \`npm start\` generate it`);
    }
    return value ?? '';
  }

  need(name: string): string {
    return this.read(name, true);
  }

  integer(name: string, fallback: number, least: number, most: number): number {
    const text = this.get(name) ?? String(fallback);
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    this.problems.push(`${name} must be a whole number from ${least} to ${most}, not "${text}"`);
    return fallback;
  }

  flag(name: string): boolean {
    const text = this.get(name) ?? 'false';
    if (text !== 'true' && text !== 'false') this.problems.push(`${name} must be true or false, not "${text}"`);
    return text === 'true';
  }

  refuse(): void {
    if (this.problems.length === 0) return;
    const count = this.problems.length === 1 ? 'a problem' : `${this.problems.length} problems`;
    throw new Error(`The settings have ${count}:\n  ${this.problems.join('\n  ')}\nSee docs/configuration.md.`);
  }
}
