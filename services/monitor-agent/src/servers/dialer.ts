import { Injectable } from '@nestjs/common';
import type { Tx } from '@tidegate/database/tx';
import {
  type ConnectOptions,
  connectServer,
  type ServerConnection,
  type ServerTarget,
} from '../kernel/connection/connect-server.ts';
import { HostGuard } from '../kernel/connection/host-guard.ts';
import { MonitorAgentConfig } from '../monitor-agent.config.ts';
import { platformTarget } from './platform-target.ts';
import type { Target } from './report/server-report.rules.ts';
import { type ServerRow, whereOf } from './server.rows.ts';
import { ServerSecrets } from './server-secrets.ts';

export interface Opened {
  connection: ServerConnection;
  target: Target;
}

export interface DialTarget extends ServerTarget {
  /** When the client certificate ends. */
  certificateUntil?: Date | null;
}

/** Connects to stored servers. The host is checked anew every time: a name may lead elsewhere today. */
@Injectable()
export class Dialer {
  private readonly secrets: ServerSecrets;
  private readonly guard: HostGuard;

  private readonly config: MonitorAgentConfig;

  constructor(secrets: ServerSecrets, guard: HostGuard, config: MonitorAgentConfig) {
    this.secrets = secrets;
    this.guard = guard;
    this.config = config;
  }

  /** With its secrets opened: a fault of ours when that fails, not the server's. */
  async targetOf(tx: Tx, row: ServerRow): Promise<DialTarget> {
    const stored = { ...whereOf(row), tlsMode: row.tls_mode, tlsCa: row.tls_ca };
    // The installation's own database is where the settings say today: its port and password may change with a start.
    const ours = row.platform ? platformTarget(this.config) : undefined;
    if (ours) return { ...stored, ...ours };
    const { id, password, client_certificate: certificate } = row;
    return {
      ...stored,
      password: password === null ? null : await this.secrets.openPassword(tx, id, password),
      clientCertificate: certificate === null ? null : await this.secrets.openCertificate(tx, id, certificate),
      certificateUntil: row.certificate_until,
    };
  }

  /** `ours`: the installation's own database, whose address comes from its settings and from nobody else. */
  async dial(target: DialTarget, ours = false, options: ConnectOptions = {}): Promise<Opened> {
    const address = ours ? await this.guard.trusted(target.host) : await this.guard.check(target.host, target.port);
    const connection = await connectServer(target, address, options);
    const { host, port, database, user, tlsMode, certificateUntil = null } = target;
    const { loopback } = address;
    return { connection, target: { host, port, database, user, tlsMode, loopback, certificateUntil } };
  }
}
