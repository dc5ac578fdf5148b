import { setSourceMapsSupport } from 'node:module';

/*
 * Stack traces name the lines of our TypeScript. For libraries they do not: `--enable-source-maps` reads the map of every
 * file that is loaded, which costs a start 0.2 s and a process 10 MB. Only files that are loaded afterwards have their
 * map read, so an entry point imports this first and the rest with `await import()`.
 */
setSourceMapsSupport(true, { nodeModules: false, generatedCode: false });
