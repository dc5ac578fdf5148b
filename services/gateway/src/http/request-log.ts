import { Injectable } from '@nestjs/common';
import { login } from '@tidegate/contracts/identity/sessions';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { SeriesMap } from '@tidegate/telemetry/series';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Busiest, SHOWN } from './busiest.rules.ts';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60];
const [, LOGIN_PATH] = login.http ?? [];
/** At most so many lines a second, so that a flood does not fill the disk too. */
const LINES_A_SECOND = 50;

/**
 * One line and one measurement per request. Failures and log-ins are logged at `info`, the rest at `debug`; never
 * queries, bodies or tokens. A failed log-in has its own text and an address, which fail2ban reads.
 */
@Injectable()
export class RequestLog {
  /** As many as there are routes and statuses. */
  private readonly durations: SeriesMap;
  private readonly all = process.env['LOG_LEVEL'] === 'debug';
  private readonly busiest = new Busiest();
  private readonly requests = new Budget();
  /** Counted apart, so that wrong passwords cannot be hidden behind other noise. */
  private readonly logIns = new Budget();

  constructor(
    private readonly log: Log,
    metrics: Metrics,
  ) {
    this.durations = new SeriesMap(
      metrics.histogram(
        'tidegate_http_request_duration_seconds',
        'Time to answer a request',
        ['method', 'route', 'status'],
        SECONDS,
      ),
    );
    metrics.watchedEach(
      'tidegate_busiest_organisations_requests',
      `Requests of the last full minute, of the ${SHOWN} organisations that sent most`,
      ['organisation'],
      async () =>
        this.busiest.last(Date.now()).map(({ key, count }) => ({ labels: { organisation: key }, value: count })),
    );
  }

  record(request: FastifyRequest, reply: FastifyReply): void {
    const { method } = request;
    const route = request.routeOptions.url ?? 'none';
    const status = reply.statusCode;
    this.durations
      .at(`${status} ${method} ${route}`, () => ({ method, route, status: String(status) }))
      .observe(reply.elapsedTime / 1_000);
    const { orgId } = request.principal?.caller ?? {};
    if (orgId) this.busiest.add(orgId, Date.now());
    const isLogin = route === LOGIN_PATH && method === 'POST';
    if (status < 400 && !isLogin) {
      if (this.all) this.log.debug(this.fields(request, reply, route), 'Request');
      return;
    }
    if (!(isLogin ? this.logIns : this.requests).take(this.log, isLogin ? 'Log-ins' : 'Failed requests')) return;
    const failedLogin = isLogin && (status === 401 || status === 429);
    const text = failedLogin ? 'Log-in failed' : isLogin && status < 400 ? 'Logged in' : 'Request';
    this.log.info(this.fields(request, reply, route), text);
  }

  private fields(request: FastifyRequest, reply: FastifyReply, route: string): Record<string, unknown> {
    const { userId, keyId, orgId } = request.principal?.caller ?? {};
    return {
      address: request.ip,
      method: request.method,
      route,
      status: reply.statusCode,
      ...(request.problemCode ? { code: request.problemCode } : {}),
      ms: Math.round(reply.elapsedTime),
      traceId: request.traceId,
      ...(keyId ? { keyId } : userId ? { userId } : {}),
      ...(orgId ? { orgId } : {}),
    };
  }
}

/** So many lines a second; the rest only as a number. */
class Budget {
  private second = 0;
  private lines = 0;

  take(log: Log, what: string): boolean {
    const second = Math.floor(Date.now() / 1_000);
    if (second !== this.second) {
      const left = this.lines - LINES_A_SECOND;
      if (left > 0) log.warn({ requests: left }, `${what} that are not logged individually`);
      [this.second, this.lines] = [second, 0];
    }
    this.lines += 1;
    return this.lines <= LINES_A_SECOND;
  }
}
