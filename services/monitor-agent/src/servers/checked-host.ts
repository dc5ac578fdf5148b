import { invalid } from '@tidegate/contracts/kernel/problem';
import type { Address } from '../kernel/connection/connect-server.ts';
import { describeFailure, failureCode } from '../kernel/connection/connection-failure.rules.ts';
import type { HostGuard } from '../kernel/connection/host-guard.ts';

/** A host that may never be connected to is refused at once, as a mistake in its field. */
export async function checkedHost(guard: HostGuard, { host, port }: { host: string; port: number }): Promise<Address> {
  try {
    return await guard.check(host, port);
  } catch (error) {
    const code = failureCode(error);
    throw invalid('/host', code, describeFailure(code, { host, port, database: '', user: '' }).what);
  }
}
