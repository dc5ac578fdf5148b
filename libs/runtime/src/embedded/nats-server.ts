import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { portLike } from './free-port.ts';
import { type RunningServer, tail } from './postgres.ts';
import { isAlive, spawnDetached, stopProcess, waitFor } from './processes.ts';

export interface NatsOptions {
  dir: string;
  port?: number | undefined;
  monitorPort?: number | undefined;
  /** `users = [...]` of the authorization block; without it anybody may do anything (tests). */
  authorization?: string | undefined;
}

export interface RunningNats extends RunningServer {
  url: string;
  monitorPort: number;
}

/** nats-server from $NATS_SERVER, PATH, the places where Debian puts it, or the folder given. */
export function findNatsServer(toolsDir?: string): string | undefined {
  const named = process.env['NATS_SERVER'];
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/bin', '/usr/local/sbin'];
  if (toolsDir) folders.push(toolsDir, join(toolsDir, 'usr/sbin'));
  const candidates = [
    ...(named ? [named] : []),
    ...folders.filter(Boolean).map((folder) => join(folder, 'nats-server')),
  ];
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Starts nats-server with JetStream, or adopts the one that is running on this folder. */
export async function startNats(options: NatsOptions): Promise<RunningNats> {
  const dir = resolve(options.dir);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const stateFile = join(dir, 'server.json');
  const running = await adopt(stateFile);
  if (running) return running;
  const binary = findNatsServer(join(dir, '../tools'));
  if (!binary) throw new Error('nats-server is missing. Install it (apt-get install nats-server) or set NATS_URL.');
  const port = await portLike(options.port);
  const monitorPort = await portLike(options.monitorPort);
  const configFile = join(dir, 'nats.conf');
  writeFileSync(configFile, config({ dir, port, monitorPort, authorization: options.authorization }), { mode: 0o600 });
  const logFile = join(dir, 'nats.log');
  const child = spawnDetached(binary, ['-c', configFile], { logFile, env: { PATH: '/usr/bin:/bin' }, cwd: dir });
  const up = await waitFor(() => child.exitCode !== null || healthy(monitorPort), 15_000);
  if (!up || child.exitCode !== null || child.pid === undefined) {
    throw new Error(`nats-server did not start. The last lines of ${logFile}:\n${tail(logFile)}`);
  }
  writeFileSync(stateFile, JSON.stringify({ pid: child.pid, port, monitorPort }), { mode: 0o600 });
  return server({ pid: child.pid, port, monitorPort }, false);
}

interface State {
  pid: number;
  port: number;
  monitorPort: number;
}

const server = (state: State, adopted: boolean): RunningNats => ({
  ...state,
  host: '127.0.0.1',
  url: `nats://127.0.0.1:${state.port}`,
  adopted,
  stop: () => stopProcess(state.pid, 'SIGTERM'),
});

async function adopt(stateFile: string): Promise<RunningNats | undefined> {
  if (!existsSync(stateFile)) return undefined;
  const state = JSON.parse(readFileSync(stateFile, 'utf8')) as State;
  return isAlive(state.pid) && (await healthy(state.monitorPort)) ? server(state, true) : undefined;
}

async function healthy(monitorPort: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${monitorPort}/healthz`, { signal: AbortSignal.timeout(500) });
    return answer.ok;
  } catch {
    return false;
  }
}

function config(at: { dir: string; port: number; monitorPort: number; authorization: string | undefined }): string {
  return `# Written at every start; change the settings instead.
listen: "127.0.0.1:${at.port}"
http: "127.0.0.1:${at.monitorPort}"
server_name: "tidegate-${at.port}"
max_payload: 1MB
jetstream { store_dir: ${JSON.stringify(join(at.dir, 'jetstream'))}, max_memory_store: 64MB, max_file_store: 8GB }
${at.authorization ? `authorization { ${at.authorization} }` : ''}
`;
}
