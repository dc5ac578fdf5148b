import { createReadStream, existsSync, statSync, watchFile } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { dataDirOf } from './embedded.ts';

/** The app's log, of one service or all; `follow` goes on as it grows. */
export async function logs(service: string | undefined, { follow }: { follow: boolean }): Promise<void> {
  const file = join(dataDirOf(process.env), 'logs', 'tidegate.log');
  if (!existsSync(file)) throw new Error(`${file} does not exist yet.\n  Fix: npm start`);
  let read = await print(file, 0, service);
  if (!follow) return;
  watchFile(file, { interval: 500 }, () => {
    void print(file, read, service).then((end) => {
      read = end;
    });
  });
}

async function print(file: string, from: number, service: string | undefined): Promise<number> {
  const end = statSync(file).size;
  if (end <= from) return end;
  for await (const line of createInterface({ input: createReadStream(file, { start: from, end: end - 1 }) })) {
    if (!service || line.includes(`"service":"${service}"`)) process.stdout.write(`${line}\n`);
  }
  return end;
}
