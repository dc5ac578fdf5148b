import { Injectable } from '@nestjs/common';
import { type Caller } from '@tidegate/contracts/kernel/caller';
import { rateLimited } from '@tidegate/contracts/kernel/problem';
import type { TlsMode } from '@tidegate/contracts/monitor-agent/server';
import type { ServerReport } from '@tidegate/contracts/monitor-agent/server-test';
import { type FailureCode, failureCode } from '../kernel/connection/connection-failure.rules.ts';
import { HostGuard } from '../kernel/connection/host-guard.ts';
import { defaultTlsMode } from '../kernel/connection/tls-mode.rules.ts';
import { Places } from '../kernel/schedule/places.ts';
import { Dialer, type DialTarget } from '../servers/dialer.ts';
import { readFacts } from '../servers/report/facts.queries.ts';
import { reportOf, reportOfFailure, type Target } from '../servers/report/server-report.rules.ts';
import { uncollectedChecks } from '../servers/report/uncollected.rules.ts';
import { tryQueries } from './tried.queries.ts';

/** In all, and of one organisation or person: each may wait for a server that does not answer. */
const PLACES = { all: 40, each: 4 };
/** For all of it: the caller waits 20 s for the answer. */
const TEST_MS = 15_000;
/** The largest honest answer are the texts of all that sessions are at. */
const MAX_ANSWER_BYTES = 4 * 1_024 * 1_024;

/** Connects once, runs the collector's queries, and reports what is missing. A failure is a report too. */
@Injectable()
export class ServerTester {
  private readonly places = new Places(PLACES);

  constructor(
    private readonly dialer: Dialer,
    private readonly guard: HostGuard,
  ) {}

  /** `caller`: who asks, and for which organisation. */
  async test(
    caller: Pick<Caller, 'orgId' | 'userId'>,
    given: Given,
    ours = false,
    statementTextBytes: number | null = null,
  ): Promise<{ report: ServerReport; code?: FailureCode }> {
    const leave = this.places.take([caller.orgId, caller.userId].filter((owner) => owner !== undefined));
    if (!leave)
      throw rateLimited(
        { retryAfterSeconds: 5 },
        'Other tests of yours, or many of others, are running. Wait for them.',
      );
    try {
      return await this.read(given, ours, statementTextBytes);
    } finally {
      leave();
    }
  }

  private async read(
    given: Given,
    ours: boolean,
    statementTextBytes: number | null,
  ): Promise<{ report: ServerReport; code?: FailureCode }> {
    const at = new Date().toISOString();
    const signal = AbortSignal.timeout(TEST_MS);
    let target: Target = { ...where(given), tlsMode: given.tlsMode ?? 'verify-full', loopback: false };
    try {
      const tlsMode =
        given.tlsMode ??
        defaultTlsMode(
          undefined,
          (await this.guard.check(given.host, given.port)).loopback && !given.clientCertificate,
        );
      target = { ...target, tlsMode };
      const opened = await this.dialer.dial({ ...given, tlsMode }, ours, { signal, maxAnswerBytes: MAX_ANSWER_BYTES });
      target = opened.target;
      try {
        const facts = { ...(await readFacts(opened.connection)), statementTextBytes };
        const uncollected = uncollectedChecks(await tryQueries(opened.connection, Date.now()), target);
        return { report: reportOf(facts, target, at, uncollected) };
      } finally {
        await opened.connection.close();
      }
    } catch (error) {
      const code = failureCode(error);
      return { report: reportOfFailure(code, target, at), code };
    }
  }
}

type Given = Omit<DialTarget, 'tlsMode'> & { tlsMode?: TlsMode | undefined };

const where = ({ host, port, database, user }: Omit<DialTarget, 'tlsMode'>) => ({ host, port, database, user });
