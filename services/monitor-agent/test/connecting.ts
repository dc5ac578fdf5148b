import { connectServer, type ServerTarget } from '../src/kernel/connection/connect-server.ts';
import { describeFailure, failureCode } from '../src/kernel/connection/connection-failure.rules.ts';

export const LOOPBACK = { address: '127.0.0.1', loopback: true };
export const PASSWORD = 'canary-S3CR3T-9f2';

export const target = (port: number, more: Partial<ServerTarget> = {}): ServerTarget => ({
  host: '127.0.0.1',
  port,
  database: 'postgres',
  user: 'watcher',
  password: PASSWORD,
  tlsMode: 'disable',
  tlsCa: null,
  ...more,
});

export async function failure(to: ServerTarget, options = {}): Promise<string> {
  try {
    await (await connectServer(to, LOOPBACK, options)).close();
    return 'connected';
  } catch (error) {
    const code = failureCode(error);
    expect(describeFailure(code, to).what).not.toContain(PASSWORD);
    return code;
  }
}

export const WATCHER = `create role watcher login password '${PASSWORD}'; grant pg_monitor to watcher`;
