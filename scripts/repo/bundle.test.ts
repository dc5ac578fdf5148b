import { bundleFaults, LIMITS, measure } from './bundle.mjs';

/* A console of four pages: what the first load imports, a route with a chart, and what is loaded later still. */
const manifest = {
  'index.html': { file: 'index.js', imports: ['_shared'], css: ['index.css'] },
  _shared: { file: 'shared.js' },
  'src/session/log-in.tsx': { file: 'log-in.js', imports: ['index.html', '_form'], isDynamicEntry: true },
  _form: { file: 'form.js' },
  'src/overview/show-overview.tsx': { file: 'overview.js', imports: ['index.html'], isDynamicEntry: true },
  'src/servers/list-servers.tsx': { file: 'servers.js', imports: ['index.html'], isDynamicEntry: true },
  'src/servers/show-load.tsx': { file: 'load.js', imports: ['index.html', '_chart'], isDynamicEntry: true },
  _chart: { file: 'chart.js' },
};
const SIZES: Record<string, number> = {
  'index.js': 100_000,
  'shared.js': 60_000,
  'log-in.js': 1_000,
  'form.js': 2_000,
  'overview.js': 3_000,
  'servers.js': 4_000,
  'load.js': 5_000,
  'chart.js': 70_000,
  'index.css': 20_000,
};
const packages = { 'chart.js': ['uplot'], 'shared.js': ['react'] };
const with_ = (sizes: Record<string, number> = {}, named: Record<string, string[]> = {}) =>
  measure({
    manifest,
    packages: { ...packages, ...named },
    sizeOf: (file) => sizes[file] ?? SIZES[file] ?? 0,
    all: 900_000,
  });

test('the first load is what log-in, overview and servers import, each file once; a chart is no part of its route', () => {
  const { firstLoad, firstStyles, routes } = with_();
  expect(firstLoad).toBe(170_000);
  expect(firstStyles).toBe(20_000);
  expect(routes.find(({ name }) => name.endsWith('show-load.tsx'))).toMatchObject({ bytes: 5_000, withCharts: 75_000 });
  expect(bundleFaults(with_())).toEqual([]);
});

test.each([
  ['JavaScript of the first load', { 'shared.js': LIMITS.firstLoad }, {}],
  ['styles of the first load', { 'index.css': LIMITS.firstStyles + 1 }, {}],
  ['JavaScript of src/servers/show-load.tsx', { 'load.js': LIMITS.route + 1 }, {}],
  ['zod is in the first load', {}, { 'form.js': ['zod'] }],
])('%s fails the check when it is passed', (what, sizes, named) => {
  expect(bundleFaults(with_(sizes, named)).map(({ message }) => message)).toEqual([expect.stringContaining(what)]);
});

test('a page that was renamed is said, not forgotten', () => {
  expect(() => measure({ manifest: {}, packages: {}, sizeOf: () => 0, all: 0 })).toThrow('index.html');
});
