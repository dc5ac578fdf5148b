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
import { certificateOf, checkCredentials } from './check-credentials.ts';
import { checkedHost } from './checked-host.ts';
import { LicensedServers } from './licensed-servers.ts';
import { countServers, insertServer, toWire } from './server.rows.ts';
import { ServerSecrets } from './server-secrets.ts';

@Controller()
export class CreateServer {
  constructor(
    private readonly guard: HostGuard,
    private readonly secrets: ServerSecrets,
    private readonly entitlements: Entitlements,
    private readonly wakes: Wakes,
    private readonly licensed: LicensedServers,
  ) {}

  @Handles(createServer)
  async handle({ input, caller, tx, emit, refuse }: OperationContext<typeof createServer>): Promise<Server> {
    checkAuthority(input);
    const { password, tlsCert: _cert, tlsKey: _key, tlsKeyPassphrase: _passphrase, ...fields } = input;
    const read = certificateOf(input);
    checkCredentials({ password: password !== undefined, certificate: read !== null, tlsMode: input.tlsMode });
    const { loopback } = await checkedHost(this.guard, input);
    await this.entitlements.claim(tx, 'servers', () => countServers(tx));
    await this.licensed.require(tx);
    const id = newId();
    const row = await insertServer(tx, {
      ...fields,
      id,
      password: password === undefined ? null : await this.secrets.sealPassword(tx, id, password),
      tlsMode: defaultTlsMode(input.tlsMode, loopback && read === null),
      tlsCa: input.tlsCa ?? null,
      clientCertificate: read && (await this.secrets.sealCertificate(tx, id, read.certificate)),
      certificateUntil: read?.validUntil ?? null,
      platform: false,
    });
    if (!row) throw refuse(serverNameTaken, {}, `Another server is called ${input.name}. Choose another name.`);
    await createLease(tx, id, caller.userId ?? null);
    tx.onCommit(() => this.wakes.wake(COLLECT_SERVERS));
    await emit(serverAdded, { serverId: id, name: row.name });
    return toWire(row);
  }
}
