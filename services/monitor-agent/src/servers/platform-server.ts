import { Injectable } from '@nestjs/common';
import { serverAdded } from '@tidegate/contracts/monitor-agent/server';
import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { HostGuard } from '../kernel/connection/host-guard.ts';
import { defaultTlsMode } from '../kernel/connection/tls-mode.rules.ts';
import { COLLECT_SERVERS, createLease } from '../kernel/schedule/lease.rows.ts';
import { MonitorAgentConfig } from '../monitor-agent.config.ts';
import { platformTarget } from './platform-target.ts';
import { insertServer, type ServerRow } from './server.rows.ts';
import { ServerSecrets } from './server-secrets.ts';

export const PLATFORM_SERVER_NAME = 'This installation';

/** The database that the installation runs on, as a server to watch. Its address comes from the settings alone. */
@Injectable()
export class PlatformServer {
  constructor(
    private readonly config: MonitorAgentConfig,
    private readonly guard: HostGuard,
    private readonly secrets: ServerSecrets,
    private readonly wakes: Wakes,
  ) {}

  get isOffered(): boolean {
    return platformTarget(this.config) !== undefined;
  }

  /** Undefined when it is not offered, or the organisation has a server of that name already. */
  async add(tx: Tx, emit: Emit): Promise<ServerRow | undefined> {
    const target = platformTarget(this.config);
    if (!target) return undefined;
    const { loopback } = await this.guard.trusted(target.host);
    const id = newId();
    const row = await insertServer(tx, {
      ...target,
      id,
      name: PLATFORM_SERVER_NAME,
      password: await this.secrets.sealPassword(tx, id, target.password),
      tlsMode: defaultTlsMode(target.tlsMode, loopback),
      tlsCa: null,
      platform: true,
    });
    if (!row) return undefined;
    await createLease(tx, id);
    tx.onCommit(() => this.wakes.wake(COLLECT_SERVERS));
    await emit(serverAdded, { serverId: id, name: row.name });
    return row;
  }
}
