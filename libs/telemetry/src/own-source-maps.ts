import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/*
 * Stack traces name the lines of our TypeScript. For libraries they do not: `--enable-source-maps` reads the map of every
 * file that is loaded, which costs a start 0.2 s and a process 10 MB; and of our own files 4 MB, although few of them
 * ever fail. So a map is read when a stack that goes through its file is looked at. An entry point imports this first.
 */
const maps = new Map<string, SourceMap | undefined>();
/** Errors come in floods or hardly ever; a map is larger than its file. */
const KEPT_MS = 5_000;

Error.prepareStackTrace = (error, frames) =>
  [nameOf(error), ...frames.map((frame) => `    at ${place(frame)}`)].join('\n');

/** A stack trace is written even where an error cannot say what it is. */
function nameOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error';
  }
}

function place(frame: NodeJS.CallSite): string {
  const written = String(frame);
  const [file, line, column] = [frame.getFileName(), frame.getLineNumber(), frame.getColumnNumber()];
  if (!file?.startsWith('file:') || file.includes('/node_modules/') || line === null || column === null) return written;
  const entry = mapOf(file)?.findEntry(line - 1, column - 1);
  if (!entry || !('originalSource' in entry)) return written;
  const source = new URL(entry.originalSource, file).href;
  return written.replace(
    `${file}:${line}:${column}`,
    `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`,
  );
}

/** Undefined where there is none: a stack trace names the built file then. */
function mapOf(file: string): SourceMap | undefined {
  if (!maps.has(file)) {
    if (maps.size === 0) setTimeout(() => maps.clear(), KEPT_MS).unref();
    // Known before it is read: an error within would come here again.
    maps.set(file, undefined);
    try {
      maps.set(file, new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(file)}.map`, 'utf8'))));
    } catch {
      // The stack trace is worth more than the place in it.
    }
  }
  return maps.get(file);
}
