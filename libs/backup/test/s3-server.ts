import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { freePort } from '@tidegate/runtime/embedded/free-port';
import { hasEnded } from '@tidegate/runtime/embedded/processes';
import { closing } from '@tidegate/testing/closing';
import { until } from '@tidegate/testing/until';
import { temporary } from './source.ts';

const PROGRAM = `
const S3rver = require(process.argv[1]);
const [port, directory, bucket] = process.argv.slice(2);
new S3rver({ address: '127.0.0.1', port: Number(port), directory, silent: true, configureBuckets: [{ name: bucket }] }).run();
`;

/**
 * A server that speaks S3 over HTTP and verifies signatures (npm package @20minutes/s3rver of deploy/tests), in a process of its own that
 * can be killed and stopped. It makes the tokens of long lists with DES, which today's OpenSSL has to be asked for.
 */
export async function startS3(bucket: string) {
  const [port, directory] = [await freePort(), temporary('s3')];
  const path = createRequire(join(process.cwd(), 'deploy/tests/package.json')).resolve('@20minutes/s3rver');
  const args = ['--openssl-legacy-provider', '-e', PROGRAM, path, String(port), directory, bucket];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const kill = closing(async () => {
    child.kill('SIGKILL');
    await until(() => hasEnded(child));
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await until(() => fetch(endpoint).then(() => true), { withinMs: 20_000, what: 'The S3 server' });
  const place = { endpoint, region: 'us-east-1', bucket, prefix: '', accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
  return { place, kill, hang: (on: boolean) => child.kill(on ? 'SIGSTOP' : 'SIGCONT') };
}
