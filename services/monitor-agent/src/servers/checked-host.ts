import { FIELD_TEXTS } from '@tidegate/contracts/kernel/field-texts';
import { invalid } from '@tidegate/contracts/kernel/problem';
import type { Address } from '../kernel/connection/connect-server.ts';
import { failureCode } from '../kernel/connection/connection-failure.rules.ts';
import type { HostGuard } from '../kernel/connection/host-guard.ts';

/** A host that may never be connected to is refused at once, as a mistake in its field. */
export async function checkedHost(guard: HostGuard, { host, port }: { host: string; port: number }): Promise<Address> {
  try {
    return await guard.check(host, port);
  } catch (error) {
    const code = failureCode(error);
    if (code === 'host_not_found')
      throw invalid('/host', code, 'The host name {host} is unknown to DNS. Check its spelling.', { host });
    throw invalid('/host', 'host_not_allowed', FIELD_TEXTS.host_not_allowed[0], { host });
  }
}
