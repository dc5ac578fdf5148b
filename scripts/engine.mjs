/* Which container engine answers on this machine, and with which programs it is used. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';

const answers = (command, args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** `{ cli, compose }`, or `{ missing }` in words. The programs are lists, ready to be given arguments. */
export async function findEngine(env = process.env) {
  const socket = socketOf(env);
  const version = socket && (await ask(socket, '/version'));
  if (!version) return { missing: `no container engine answers at ${socket ?? 'DOCKER_HOST or /var/run/docker.sock'}` };
  const isPodman = JSON.stringify(version).includes('Podman');
  const cli = isPodman && answers('podman', ['--version']) ? 'podman' : 'docker';
  if (!answers(cli, ['--version'])) return { missing: `there is no ${cli}` };
  const compose = env.COMPOSE ? env.COMPOSE.split(' ') : ['docker', 'compose'];
  if (!answers(compose[0], [...compose.slice(1), 'version']))
    return { missing: `there is no ${compose.join(' ')} (version 2)` };
  return { cli, compose, socket };
}

function socketOf({ DOCKER_HOST, XDG_RUNTIME_DIR }) {
  if (DOCKER_HOST) return DOCKER_HOST.startsWith('unix://') ? DOCKER_HOST.slice('unix://'.length) : undefined;
  const places = ['/var/run/docker.sock', '/run/podman/podman.sock'];
  if (XDG_RUNTIME_DIR) places.push(join(XDG_RUNTIME_DIR, 'podman', 'podman.sock'));
  return places.find((place) => existsSync(place));
}

function ask(socketPath, path) {
  return new Promise((resolve) => {
    const asking = request({ socketPath, path, timeout: 10_000 }, (answer) => {
      let text = '';
      answer.on('data', (part) => {
        text += part;
      });
      answer.on('end', () => resolve(answer.statusCode === 200 ? JSON.parse(text) : undefined));
    });
    asking.on('timeout', () => asking.destroy());
    asking.on('error', () => resolve(undefined));
    asking.end();
  });
}

/**
 * Arguments of `cli build`. Of podman's ways the one that needs no rights beyond ours, and the format that keeps health
 * checks. The authorities that this machine trusts are given to the build, whose downloads may pass a proxy of them.
 */
export function buildArguments(cli, { file, tag, context, base }) {
  const authorities = '/etc/ssl/certs/ca-certificates.crt';
  return [
    'build',
    ...(cli === 'podman' ? ['--isolation', 'chroot', '--format', 'docker'] : []),
    ...(existsSync(authorities) ? ['--secret', `id=ca,src=${authorities}`] : []),
    ...(base ? ['--build-arg', `BASE=${base}`] : []),
    '-f',
    file,
    '-t',
    tag,
    context,
  ];
}

/** The Debian that images are built from here: TEST_BASE_IMAGE, one that was made on this machine, or the Dockerfile's own. */
export function baseImage(cli, env = process.env) {
  if (env.TEST_BASE_IMAGE) return env.TEST_BASE_IMAGE;
  const local = 'localhost/debian:12';
  return answers(cli, ['image', 'inspect', local]) ? local : undefined;
}
