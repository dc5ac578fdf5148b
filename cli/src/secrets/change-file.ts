import { previousName } from '@tidegate/runtime/current-secrets';
import { readSecrets, type Secrets, writeSecrets } from '@tidegate/runtime/secrets-file';
import { readMemory, remember } from '../kernel/installation.ts';

/* Changes of secrets.json, each as a whole: an interruption leaves the file of before or of after. */

/** The new values count; those before them still do. `before`: of what the file did not have. */
export function putNew(dataDir: string, made: Secrets, before: Secrets = {}): void {
  const file = { ...before, ...readSecrets(dataDir) };
  const kept = Object.keys(made).flatMap((name) => {
    const value = file[name];
    return value === undefined ? [] : [[previousName(name), value] as const];
  });
  writeSecrets(dataDir, { ...readSecrets(dataDir), ...made, ...Object.fromEntries(kept) });
}

/** Only the new values count. Answers whether there were others. */
export function dropPrevious(dataDir: string, names: readonly string[]): boolean {
  const file = readSecrets(dataDir);
  const gone = names.map(previousName).filter((name) => file[name] !== undefined);
  if (gone.length === 0) return false;
  writeSecrets(dataDir, Object.fromEntries(Object.entries(file).filter(([name]) => !gone.includes(name))));
  return true;
}

export const hasPrevious = (dataDir: string, names: readonly string[]): boolean => {
  const file = readSecrets(dataDir);
  return names.some((name) => file[previousName(name)] !== undefined);
};

/** When it was changed, for `secrets list` and `doctor`. */
export function noteChange(dataDir: string, kind: string, at = new Date()): void {
  remember(dataDir, { secretsChanged: { ...readMemory(dataDir).secretsChanged, [kind]: at.toISOString() } });
}
