/* What `tidegate install --systemd` has written (unit.rules.ts), read again. */

export interface Unit {
  root: string;
  dataDir: string;
  settingsFile: string;
  writes: string[] | undefined;
}

/** Undefined for a unit that is none of ours. */
export function readUnit(text: string): Unit | undefined {
  const [, root] = /^WorkingDirectory=(.+)$/m.exec(text) ?? [];
  const [, data] = /^Environment=("?DATA_DIR=.+)$/m.exec(text) ?? [];
  const [, settings] = /^EnvironmentFile=-(.+)$/m.exec(text) ?? [];
  if (!root || !data || !settings) return undefined;
  const strict = /^ProtectSystem=strict$/m.test(text);
  const paths = [...text.matchAll(/^ReadWritePaths=(.+)$/gm)].map(([, path = '']) => unword(path).replace(/^-/, ''));
  return {
    root,
    dataDir: unword(data).slice('DATA_DIR='.length),
    settingsFile: settings,
    writes: strict ? paths : undefined,
  };
}

/** The reverse of `word`. */
function unword(text: string): string {
  const plain = text.startsWith('"') ? text.slice(1, -1).replaceAll(/\\(["\\])/g, '$1') : text;
  return plain.replaceAll('%%', '%').replaceAll('$$', '$');
}

/** A file of settings as systemd reads it: a line for each, comments, a value as it is or in quotes. */
export function readServiceSettings(text: string): Record<string, string> {
  const lines = text.replaceAll('\\\n', ' ').split('\n');
  const pairs = lines.flatMap((line) => {
    const [, name, raw = ''] = /^\s*([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined) return [];
    const [, single] = /^'(.*)'$/.exec(raw) ?? [];
    const [, double] = /^"(.*)"$/.exec(raw) ?? [];
    return [[name, single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? raw] as const];
  });
  return Object.fromEntries(pairs);
}
