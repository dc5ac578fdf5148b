import { createReadStream, existsSync, statSync, watchFile } from 'node:fs';
import { createInterface } from 'node:readline';
import { SERVICE_NAMES } from '@tidegate/contracts/kernel/service-names';
import { dataDirOf, logFile } from './kernel/installation.ts';
import { OLD_FILES } from './log-file.ts';

/** Prints the app's log, of one service or all; `follow` keeps printing new lines. */
export async function logs(service: string | undefined, { follow }: { follow: boolean }): Promise<void> {
  if (service && ![...SERVICE_NAMES, 'platform'].includes(service)) {
    throw new Error(`There is no service "${service}". Services: ${SERVICE_NAMES.join(', ')}`);
  }
  const file = logFile(dataDirOf(process.env));
  if (!existsSync(file)) throw new Error(`${file} does not exist yet.\n  Fix: npm start, or set DATA_DIR.`);
  for (let number = OLD_FILES; number > 0; number -= 1) {
    if (existsSync(`${file}.${number}`)) await print(`${file}.${number}`, 0, service);
  }
  let read = await print(file, 0, service);
  if (!follow) return;
  let printing = Promise.resolve();
  watchFile(file, { interval: 300 }, (now, before) => {
    printing = printing.then(async () => {
      // The log was rotated: the previous turn printed the rest of the old file.
      if (now.ino !== before.ino) read = 0;
      read = await print(file, read, service);
    });
  });
}

/** Prints whole lines from this byte on. Returns how far it read. */
async function print(file: string, from: number, service: string | undefined): Promise<number> {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= from) return from;
  let read = from;
  for await (const line of createInterface({ input: createReadStream(file, { start: from, end: size - 1 }) })) {
    read += Buffer.byteLength(line) + 1;
    if (!service || line.includes(`"service":"${service}"`)) process.stdout.write(`${line}\n`);
  }
  return Math.min(read, size);
}
