import { Controller } from '@nestjs/common';
import { createServer, type Server, serverAdded, serverNameTaken } from '@tidegate/contracts/monitor-agent/server';
import { newId } from '@tidegate/database/ids';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { HostGuard } from '../kernel/connection/host-guard.ts';
import { defaultTlsMode } from '../kernel/connection/tls-mode.rules.ts';
import { COLLECT_SERVERS, createLease } from '../kernel/schedule/lease.rows.ts';
import { checkAuthority } from './check-authority.ts';
import { checkedHost } from './checked-host.ts';
import { countServers, insertServer, toWire } from './server.rows.ts';
import { ServerPasswords } from './server-passwords.ts';

@Controller()
export class CreateServer {
  constructor(
    private readonly guard: HostGuard,
    private readonly passwords: ServerPasswords,
    private readonly entitlements: Entitlements,
    private readonly wakes: Wakes,
  ) {}

  @Handles(createServer)
  async handle({ input, caller, tx, emit, refuse }: OperationContext<typeof createServer>): Promise<Server> {
    checkAuthority(input);
    const { loopback } = await checkedHost(this.guard, input);
    await this.entitlements.claim(tx, 'servers', () => countServers(tx));
    const id = newId();
    const row = await insertServer(tx, {
      ...input,
      id,
      password: await this.passwords.seal(tx, id, input.password),
      tlsMode: defaultTlsMode(input.tlsMode, loopback),
      tlsCa: input.tlsCa ?? null,
      platform: false,
    });
    if (!row) throw refuse(serverNameTaken, {}, `Another server is called ${input.name}. Choose another name.`);
    await createLease(tx, id, caller.userId ?? null);
    tx.onCommit(() => this.wakes.wake(COLLECT_SERVERS));
    await emit(serverAdded, { serverId: id, name: row.name });
    return toWire(row);
  }
}
