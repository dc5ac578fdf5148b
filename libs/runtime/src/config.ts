import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { listOf } from './list-of.ts';

/**
 * A service's configuration: one zod object whose keys are environment variables, each with a description.
 *
 *     export class NotifierConfig extends Config(z.object({
 *       SMTP_HOST: z.string().optional().meta({ description: 'Mail server; without it e-mail channels are refused' }),
 *     })) {}
 */
export type ConfigClass = (new (values: never) => object) & { readonly schema: z.ZodObject };

export function Config<S extends z.ZodObject>(schema: S) {
  class Values {
    static readonly schema: S = schema;
    constructor(values: z.output<S>) {
      Object.assign(this, values);
    }
  }
  return Values as unknown as (new (values: z.output<S>) => z.output<S>) & { readonly schema: S };
}

/** The variable, or the content of the file that `<NAME>_FILE` names. Empty counts as missing. */
export function readVariable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  if (env[name]) return env[name];
  const file = env[`${name}_FILE`];
  return file ? readFileSync(file, 'utf8').trim() || undefined : undefined;
}

/** All configurations at once: every problem of every service is in one message. */
export function loadConfigs(classes: readonly ConfigClass[], env: NodeJS.ProcessEnv): Map<ConfigClass, object> {
  const loaded = new Map<ConfigClass, object>();
  const problems: string[] = [];
  for (const one of classes) {
    const names = Object.keys(one.schema.shape);
    const given = Object.fromEntries(names.flatMap((name) => variable(env, name)));
    const parsed = one.schema.safeParse(given);
    if (parsed.success) loaded.set(one, new one(parsed.data as never));
    else problems.push(...parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  if (problems.length > 0) {
    throw new Error(
      `The configuration has ${problems.length} problem(s):\n  ${problems.join('\n  ')}\nSee docs/configuration.md.`,
    );
  }
  return loaded;
}

function variable(env: NodeJS.ProcessEnv, name: string): [string, string][] {
  const value = readVariable(env, name);
  return value === undefined ? [] : [[name, value]];
}

/** Text from the environment as a number, a flag or a list: environment variables have no other types. */
export const envInt = (least: number, most: number) =>
  z.string().regex(/^\d+$/, 'a whole number').transform(Number).pipe(z.int().min(least).max(most));
export const envFlag = () => z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1');
export const envList = () => z.string().transform((text) => listOf(text));
