import type { ReadSecret } from '@tidegate/vault/read-secret';
import { readVariable } from './config.ts';
import { readSecrets } from './secrets-file.ts';

/** What is looked up again no sooner than this. */
const REMEMBER_MS = 1_000;
/** Whoever sends wrong tokens must not make us read files for each. */
const LEAST_MS = 50;

/** How the value before is called while a secret is changed. */
export const previousName = (name: string): string => `${name}_PREVIOUS`;

/**
 * Secrets as they are now: a rotation changes them while services run. One that is in the environment stays as it was at the
 * start; a file and secrets.json are read again. One that cannot be read just now stays as it was.
 */
export class CurrentSecrets {
  private readonly env: NodeJS.ProcessEnv;
  private readonly dataDir: string;
  private readonly values = new Map<string, readonly string[]>();
  private readAt = Number.NEGATIVE_INFINITY;

  constructor(env: NodeJS.ProcessEnv, dataDir: string) {
    this.env = env;
    this.dataDir = dataDir;
  }

  of(name: string): ReadSecret {
    if (!this.values.has(name)) {
      this.values.set(name, []);
      this.readAt = Number.NEGATIVE_INFINITY;
    }
    return (again = false) => {
      if (performance.now() - this.readAt >= (again ? LEAST_MS : REMEMBER_MS)) this.refresh();
      return this.values.get(name) as readonly string[];
    };
  }

  private refresh(): void {
    this.readAt = performance.now();
    try {
      const file = readSecrets(this.dataDir);
      for (const [name, before] of this.values) {
        const given = readVariable(this.env, name);
        const found = [given ?? file[name], readVariable(this.env, previousName(name)) ?? file[previousName(name)]];
        const now = found.filter((one) => one !== undefined);
        // Nothing where something was: the file is another's, or damaged in a way that can be read.
        if (now.length > 0 || before.length === 0) this.values.set(name, now);
      }
    } catch {
      // A file that is being replaced, or is unreadable for a moment; whoever starts with such a file is refused.
    }
  }
}
