import { Controller } from '@nestjs/common';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { type Server, type ServerPatch, serverNameTaken, updateServer } from '@tidegate/contracts/monitor-agent/server';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { HostGuard } from '../kernel/connection/host-guard.ts';
import { announceChange, COLLECT_SERVERS } from '../kernel/schedule/lease.rows.ts';
import { checkAuthority } from './check-authority.ts';
import { certificateOf, checkCredentials } from './check-credentials.ts';
import { checkedHost } from './checked-host.ts';
import { requireServer } from './require-server.ts';
import { countServers, nameIsTaken, type ServerRow, saveServer, toWire } from './server.rows.ts';
import { ServerSecrets } from './server-secrets.ts';

/*
 * A stored password goes only to where it was meant for: whoever changes the address, the role or the protection has
 * to give it again, and the client certificate as well. Otherwise a member who may change servers could have it sent to a server of their own.
 */
@Controller()
export class UpdateServer {
  constructor(
    private readonly guard: HostGuard,
    private readonly secrets: ServerSecrets,
    private readonly wakes: Wakes,
    private readonly entitlements: Entitlements,
  ) {}

  @Handles(updateServer)
  async handle({ input, tx, refuse }: OperationContext<typeof updateServer>): Promise<Server> {
    if (input.host !== undefined) await checkedHost(this.guard, { host: input.host, port: input.port ?? 5432 });
    const row = await requireServer(tx, input.serverId, 'for update');
    if (!isSwitchedOff(input)) await this.entitlements.usable(tx, 'servers', row.restricted, () => countServers(tx));
    const next = await this.merge(tx, row, input);
    if (next.name !== row.name && (await nameIsTaken(tx, next.name, row.id))) {
      throw refuse(serverNameTaken, {}, `Another server is called ${next.name}. Choose another name.`);
    }
    const saved = await saveServer(tx, next);
    await announceChange(tx, row.id, saved.state === 'paused' || saved.restricted !== null);
    tx.onCommit(() => this.wakes.wake(COLLECT_SERVERS));
    return toWire(saved);
  }

  private async merge(tx: Tx, row: ServerRow, input: ServerPatch): Promise<ServerRow> {
    const next: ServerRow = {
      ...row,
      name: input.name ?? row.name,
      host: input.host ?? row.host,
      port: input.port ?? row.port,
      database_name: input.database ?? row.database_name,
      user_name: input.user ?? row.user_name,
      tls_mode: input.tlsMode ?? row.tls_mode,
      tls_ca: input.tlsCa === undefined ? row.tls_ca : input.tlsCa,
    };
    if (input.tlsMode !== undefined || input.tlsCa !== undefined) {
      checkAuthority({ tlsMode: next.tls_mode, tlsCa: next.tls_ca });
    }
    const elsewhere = GUARDED.filter((column) => next[column] !== row[column]);
    if (elsewhere.length > 0 && row.platform) {
      throw invalid('/host', 'platform_server', 'The installation’s own database has its address from the settings.');
    }
    if (elsewhere.length > 0 && row.password !== null && input.password === undefined) {
      throw invalid('/password', 'password_needed', 'Give the password again: the stored one is never sent elsewhere.');
    }
    if (elsewhere.length > 0 && row.client_certificate !== null && input.tlsCert === undefined) {
      throw invalid(
        '/tlsCert',
        'certificate_needed',
        'Give the client certificate and its key again, or null for none.',
      );
    }
    const isChanged = await this.mergeCredentials(tx, next, input);
    return { ...next, ...stateAfter(row, input, elsewhere.length > 0 || isChanged) };
  }

  /** Answers whether there are others now. */
  private async mergeCredentials(tx: Tx, next: ServerRow, input: ServerPatch): Promise<boolean> {
    const { password, tlsCert } = input;
    const read = certificateOf(input);
    if (password !== undefined) {
      next.password = password === null ? null : await this.secrets.sealPassword(tx, next.id, password);
    }
    if (tlsCert !== undefined) {
      next.client_certificate = read && (await this.secrets.sealCertificate(tx, next.id, read.certificate));
      next.certificate_until = read?.validUntil ?? null;
    }
    const isChanged = password !== undefined || tlsCert !== undefined;
    const has = { password: next.password !== null, certificate: next.client_certificate !== null };
    checkCredentials({ ...has, tlsMode: next.tls_mode });
    return isChanged;
  }
}

/** Nothing but a pause, which is always possible. */
const isSwitchedOff = ({ serverId: _, paused, ...others }: ServerPatch): boolean =>
  paused === true && Object.values(others).every((value) => value === undefined);

const GUARDED = ['host', 'port', 'user_name', 'tls_mode', 'tls_ca'] as const satisfies (keyof ServerRow)[];

/** New fields reset the state; so does resuming after a pause. */
function stateAfter(
  row: ServerRow,
  { paused }: ServerPatch,
  changed: boolean,
): Pick<ServerRow, 'state' | 'failure_code'> {
  if (paused === true || (row.state === 'paused' && paused !== false)) return { state: 'paused', failure_code: null };
  if (row.state === 'paused' || changed) return { state: 'pending', failure_code: null };
  return { state: row.state, failure_code: row.failure_code };
}
