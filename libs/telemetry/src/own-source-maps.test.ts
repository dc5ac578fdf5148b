import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-maps-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** One statement a line; line n of what was built comes from line n + 20 of the source. */
function build(path: string, code: string): string {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  const mappings = code
    .split('\n')
    .map((_, line) => (line === 0 ? 'AAoBA' : 'AACA'))
    .join(';');
  writeFileSync(file, code);
  writeFileSync(`${file}.map`, JSON.stringify({ version: 3, sources: ['../src/thing.ts'], names: [], mappings }));
  return pathToFileURL(file).href;
}

/** The stack that a program prints which imported the maps first. */
function stackOf(code: string): string {
  const maps = new URL('./own-source-maps.ts', import.meta.url).href;
  const program = `import ${JSON.stringify(maps)};\n${code}`;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
}

test('a stack names the lines of our sources, and those of libraries as they are', () => {
  const library = build('node_modules/dep/index.js', 'export function call(work) {\n  return work();\n}\n');
  const own = build(
    'dist/thing.js',
    `import { call } from ${JSON.stringify(library)};\nexport function fail() {\n  throw new TypeError('No such thing');\n}\nexport const viaLibrary = () => call(fail);\n`,
  );
  const stack = stackOf(
    `const { viaLibrary } = await import(${JSON.stringify(own)});\ntry { viaLibrary(); } catch (error) { console.log(error.stack); }`,
  );
  const [name, ...frames] = stack.split('\n');
  expect(name).toBe('TypeError: No such thing');
  expect(frames[0]).toMatch(/at fail \(file:.*\/src\/thing\.ts:23:1\)$/);
  expect(frames[1]).toMatch(/at call \(file:.*\/node_modules\/dep\/index\.js:2:10\)$/);
  expect(frames[2]).toMatch(/\/src\/thing\.ts:25:1\)$/);
});

test('without a map, or with one that cannot be read, a stack names the built file', () => {
  const own = build('dist/broken.js', "export function fail() {\n  throw new Error('Broken');\n}\n");
  for (const damage of ['no JSON', '']) {
    writeFileSync(join(folder, 'dist/broken.js.map'), damage);
    const stack = stackOf(
      `const { fail } = await import(${JSON.stringify(own)});\ntry { fail(); } catch (error) { console.log(error.stack); }`,
    );
    expect(stack).toMatch(/^Error: Broken\n {4}at fail \(file:.*\/dist\/broken\.js:2:9\)/);
  }
});

test('whatever is thrown has a stack', () => {
  const stack = stackOf(`
    const odd = Object.assign(new Error('odd'), { name: { toString() { throw new Error('no name'); } } });
    console.log(odd.stack.split('\\n')[0], new AggregateError([new Error('one')], 'many').stack.split('\\n')[0]);
    class Own extends Error { name = 'Own'; }
    console.log(new Own('mine').stack.split('\\n')[0]);`);
  expect(stack.trim().split('\n')).toEqual(['Error AggregateError: many', 'Own: mine']);
});
