import { closing } from '@tidegate/testing/closing';
import { Rest } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import { signUpAt } from '../people.ts';
import { Engine, IMAGE, STAND_INS } from './engine.ts';

/*
 * One service at a hosting provider (deploy/render.yaml): one container with a port and a disk, whose PostgreSQL is somebody
 * else's. Its role there may create roles and is no superuser; nats-server runs in the container.
 */
const NAME = `tidegate-one-${process.pid}`;
const DATABASE = `${NAME}-db`;
let engine: Engine;

async function psql(...words: string[]): Promise<string> {
  return engine.do(
    'exec',
    '-e',
    'PGPASSWORD=of-the-host',
    DATABASE,
    'psql',
    '-h',
    '127.0.0.1',
    '-U',
    'postgres',
    ...words,
  );
}

beforeAll(async () => {
  engine = await Engine.find();
  await engine.build({ file: 'e2e/containers/stand-ins.Dockerfile', tag: STAND_INS, context: 'e2e/containers' });
  closing(async () => {
    await engine.do('rm', '-f', '-v', NAME, DATABASE);
    await engine.do('volume', 'rm', '-f', NAME);
    await engine.do('network', 'rm', '-f', NAME);
  });
  await engine.do('network', 'create', NAME);
  const password = ['-e', 'POSTGRES_PASSWORD=of-the-host'];
  await engine.do('run', '-d', '--name', DATABASE, '--network', NAME, ...password, STAND_INS, 'postgres');
  await until(() => psql('-c', 'select 1').then(() => true), { withinMs: 120_000, everyMs: 500, what: 'PostgreSQL' });
  await psql('-c', "create role customer login createrole password 'of-the-customer'");
  await psql('-c', 'create database tidegate owner customer');
});

test('one container with a disk and somebody else’s PostgreSQL is an installation, and survives being killed', async () => {
  const settings = {
    PORT: '10000',
    PUBLIC_URL: 'https://tidegate.example.com',
    DATABASE_URL: `postgresql://customer:of-the-customer@${DATABASE}:5432/tidegate`,
    // A private network of the host.
    ALLOW_INSECURE: 'true',
  };
  await engine.do(
    ...['run', '-d', '--name', NAME, '--network', NAME, '--read-only', '--tmpfs', '/tmp:size=64m', '--cap-drop', 'all'],
    ...['--security-opt', 'no-new-privileges', '-v', `${NAME}:/data`, '-p', '127.0.0.1::10000', '--memory', '512m'],
    ...Object.entries(settings).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
    IMAGE,
  );
  const url = async () => `http://${(await engine.do('port', NAME, '10000')).split('\n')[0]}`;
  const ready = () =>
    until(async () => (await fetch(`${await url()}/health/ready`)).ok, {
      withinMs: 120_000,
      everyMs: 500,
      what: 'the container',
    });
  await ready();
  await signUpAt(new Rest(await url()), 'one-service');
  // The database is outside: nothing of PostgreSQL runs in the container or lies on its disk.
  expect((await engine.do('exec', NAME, 'ls', '/data')).split('\n')).not.toContain('postgres');
  const people = "select count(*) from identity.users where email = 'one-service@example.com'";
  expect(await psql('-d', 'tidegate', '-Atc', people)).toBe('1');

  await engine.do('kill', NAME);
  await engine.do('start', NAME);
  await ready();
  const account = { email: 'one-service@example.com', password: 'correct horse battery' };
  const logIn = () => url().then((at) => new Rest(at).post<{ accessToken: string }>('/api/v1/sessions', account));
  await until(async () => (await logIn()).status === 201, { withinMs: 60_000, everyMs: 1_000, what: 'a log-in' });
  await engine.do('stop', '-t', '60', NAME);
  expect(await engine.inspect<number>(NAME, '.State.ExitCode')).toBe(0);
});
