import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));
const libs = fileURLToPath(new URL('../libs', import.meta.url));

const QUIET = new Set(['MODULE_LEVEL_DIRECTIVE', 'INVALID_ANNOTATION']);

export default defineConfig({
  root: here,
  cacheDir: join(here, 'node_modules/.vite'),
  esbuild: { jsx: 'automatic' },
  resolve: {
    alias: [
      { find: /^@tidegate\/client$/, replacement: `${libs}/client/src/index.ts` },
      { find: /^@tidegate\/(client|contracts)\/(.*)$/, replacement: `${libs}/$1/src/$2.ts` },
    ],
    dedupe: ['react', 'react-dom', 'zod'],
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    sourcemap: false,
    assetsInlineLimit: 0,
    manifest: true,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_000,
    // Libraries mark what is for browsers only, and comment on tools of others: nothing to do about it here.
    rollupOptions: {
      onwarn: (warning, warn) => QUIET.has(warning.code) || warn(warning),
    },
  },
  plugins: [
    { name: 'packages', generateBundle: nameThePackages },
    { name: 'compressed', closeBundle: () => compress(join(here, 'dist')) },
  ],
  server: { proxy: { '/api': 'http://localhost:3000', '/favicon.ico': 'http://localhost:3000' } },
});

/** Which packages are in which file, beside Vite's manifest: `scripts/repo/bundle.mjs` looks at both. */
function nameThePackages(_options, bundle) {
  const inFiles = Object.values(bundle).flatMap(({ type, fileName, modules }) =>
    type === 'chunk' ? [[fileName, [...new Set(Object.keys(modules).flatMap(packageOf))].sort()]] : [],
  );
  this.emitFile({
    type: 'asset',
    fileName: '.vite/packages.json',
    source: JSON.stringify(Object.fromEntries(inFiles)),
  });
}

const packageOf = (path) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.slice(1) ?? [];

/** Beside every file that gains by it, so that the gateway compresses nothing while it serves. */
function compress(folder) {
  for (const name of readdirSync(folder)) {
    if (name === '.vite') continue;
    const path = join(folder, name);
    if (statSync(path).isDirectory()) compress(path);
    else if (/\.(js|css|html|svg|json)$/.test(name) && statSync(path).size > 1_000) {
      const content = readFileSync(path);
      writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
      writeFileSync(`${path}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
    }
  }
}
