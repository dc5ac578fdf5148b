import { execFileSync, spawn } from 'node:child_process';
import { baseImage, buildArguments, findEngine } from '../../scripts/engine.mjs';
import type { Result } from './main.ts';

const IMAGE = 'localhost/tidegate:bench';
const NAME = `tidegate-bench-${process.pid}`;
const ROUNDS = 4;

/** The image beyond its base, and a container of it, with servers of its own on a volume, from the command to ready. */
export async function image(): Promise<Result> {
  const { cli, missing } = await findEngine();
  if (!cli) throw new Error(`The bench image needs a container engine: ${missing}.`);
  const engine = (...args: string[]) =>
    execFileSync(cli, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  const base = baseImage(cli);
  const build = buildArguments(cli, { file: 'deploy/Dockerfile', tag: IMAGE, context: '.', base });
  await new Promise<void>((resolve, reject) => {
    spawn(cli, build, { stdio: ['ignore', 2, 2] }).once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error('It was not built.')),
    );
  });
  const sizeOf = (name: string) => Number(engine('image', 'inspect', '--format', '{{.Size}}', name)) / 1_000_000;
  const beyond = sizeOf(IMAGE) - (base ? sizeOf(base) : 0);
  const times: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const began = performance.now();
      const how = ['--read-only', '--tmpfs', '/tmp', '-v', `${NAME}:/data`, '-p', '127.0.0.1::3000'];
      if (round === 0) engine('run', '-d', '--name', NAME, ...how, IMAGE);
      else engine('start', NAME);
      const url = `http://${engine('port', NAME, '3000').split('\n')[0]}/health/ready`;
      while (!(await fetch(url).catch(() => undefined))?.ok) await new Promise((resolve) => setTimeout(resolve, 25));
      times.push((performance.now() - began) / 1_000);
      engine('stop', '-t', '60', NAME);
    }
  } finally {
    engine('rm', '-f', '-v', NAME);
    engine('volume', 'rm', '-f', NAME);
  }
  const [first = 0, ...warm] = times;
  const median = warm.sort((a, b) => a - b)[Math.floor(warm.length / 2)] ?? 0;
  process.stdout.write(
    `beyond the base ${beyond.toFixed(0)} MB\nfirst start     ${first.toFixed(2)} s, with a new cluster and all migrations\nwarm start      ${median.toFixed(2)} s (median of ${warm.length})\n`,
  );
  return {
    name: 'image',
    value: Number(median.toFixed(2)),
    unit: 's',
    ratio: Number((median / first).toFixed(2)),
    against: 'the first start',
  };
}
