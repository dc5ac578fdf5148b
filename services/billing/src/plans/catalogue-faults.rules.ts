import type { z } from 'zod';

export type Path = readonly (string | number)[];

export interface CatalogueFault {
  path: (string | number)[];
  code: string;
  message: string;
}

/** What is to be done instead of fields that were right once, or are right elsewhere. */
const CURES: Record<string, string> = {
  default: 'Write default: and the name of the plan at its product, and remove it here.',
  per: 'Write per: at the feature, where it is declared, and remove it here: a feature is counted by one window only.',
  enforcement: 'Write it where a plan gives the feature, and remove it here.',
};

/** All mistakes of a file. */
export class Faults {
  readonly all: CatalogueFault[] = [];

  add(path: Path, code: string, message: string): void {
    this.all.push({ path: [...path], code, message });
  }

  /** The value that the schema reads, or undefined and the mistakes in it. */
  read<T>(schema: z.ZodType<T>, value: unknown, path: Path): T | undefined {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues) this.addIssue(issue, path);
    return undefined;
  }

  private addIssue(issue: z.core.$ZodIssue, under: Path): void {
    const path = [...under, ...(issue.path as (string | number)[])];
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        const cure = Object.hasOwn(CURES, key) ? CURES[key] : 'Remove it.';
        this.add([...path, key], 'unknown_field', `There is no field ${key} here. ${cure}`);
      }
    } else if (issue.code === 'invalid_key') {
      this.add(path, 'invalid_name', issue.issues.map((inner) => inner.message).join(' '));
    } else {
      const missing = issue.code === 'invalid_type' && issue.input === undefined;
      this.add(path, missing ? 'missing' : issue.code, issue.message);
    }
  }
}
