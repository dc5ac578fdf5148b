import { Injectable } from '@nestjs/common';
import type { TlsMode } from '@tidegate/contracts/monitor-agent/server';
import type { ServerReport } from '@tidegate/contracts/monitor-agent/server-test';
import { Dialer } from '../collection/dialer.ts';
import type { ServerTarget } from '../connection/connect-server.ts';
import { type FailureCode, failureCode } from '../connection/connection-failure.rules.ts';
import { HostGuard } from '../connection/host-guard.ts';
import { readFacts } from '../connection/read-facts.ts';
import { reportOf, reportOfFailure, type Target } from '../connection/server-report.rules.ts';
import { defaultTlsMode } from '../connection/tls-mode.rules.ts';

/** Connects once, looks around, and says what is missing. A failure is a report too. */
@Injectable()
export class ServerTester {
  constructor(
    private readonly dialer: Dialer,
    private readonly guard: HostGuard,
  ) {}

  async test(
    given: Omit<ServerTarget, 'tlsMode'> & { tlsMode?: TlsMode | undefined },
    ours = false,
    statementTextBytes: number | null = null,
  ): Promise<{ report: ServerReport; code?: FailureCode }> {
    const at = new Date().toISOString();
    let target: Target = { ...where(given), tlsMode: given.tlsMode ?? 'verify-full', loopback: false };
    try {
      const tlsMode =
        given.tlsMode ?? defaultTlsMode(undefined, (await this.guard.check(given.host, given.port)).loopback);
      target = { ...target, tlsMode };
      const opened = await this.dialer.dial({ ...given, tlsMode }, ours);
      target = opened.target;
      try {
        return { report: reportOf({ ...(await readFacts(opened.connection)), statementTextBytes }, target, at) };
      } finally {
        await opened.connection.close();
      }
    } catch (error) {
      const code = failureCode(error);
      return { report: reportOfFailure(code, target, at), code };
    }
  }
}

const where = ({ host, port, database, user }: Omit<ServerTarget, 'tlsMode'>) => ({ host, port, database, user });
