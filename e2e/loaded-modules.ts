import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Loaded with the first use, or by a thread, or never: an idle process has none of them. */
const NEEDED_BY_FEW = [
  /\/node_modules\/nodemailer\//,
  /\/node_modules\/@opentelemetry\/(resources|sdk-|exporter-)/,
  /\/node_modules\/libpg-query\//,
  /\/node_modules\/(ajv|@fastify\/ajv-compiler|fast-json-stringify\/index)/,
  /\/node_modules\/typeorm\/driver\/(?!postgres\/)[^/]+\/\w+(Driver|QueryRunner)\.js$/,
  /\/node_modules\/typeorm\/(metadata|persistence|repository)\//,
  /\/node_modules\/(age-encryption|@noble|@scure)\//,
  /\/node_modules\/light-my-request\//,
  /\/node_modules\/(pdfkit|fontkit)\//,
];

/** Notes each module that the platform's own thread loads. */
export function noteModules() {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-modules-'));
  const file = join(folder, 'modules');
  afterAll(() => rmSync(folder, { recursive: true }));
  const code = `
    import { appendFileSync } from 'node:fs';
    import { registerHooks } from 'node:module';
    import { isMainThread } from 'node:worker_threads';
    const note = (url) => appendFileSync(${JSON.stringify(file)}, url + '\\n');
    if (isMainThread) registerHooks({ load: (url, context, next) => (note(url), next(url, context)) });`;
  return {
    settings: () => ({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` }),
    loaded: () => readFileSync(file, 'utf8').split('\n'),
  };
}

/** Before anything else: whoever asks loads more. */
export function loadedModules(modules: ReturnType<typeof noteModules>): void {
  test('a process that nobody used has loaded nothing that few need', () => {
    const loaded = modules.loaded();
    for (const always of ['/zod/', '/fastify/', '/typeorm/driver/postgres/PostgresQueryRunner.js']) {
      expect(loaded.some((url) => url.includes(`/node_modules${always}`))).toBe(true);
    }
    expect(loaded.filter((url) => NEEDED_BY_FEW.some((one) => one.test(url)))).toEqual([]);
  });
}
