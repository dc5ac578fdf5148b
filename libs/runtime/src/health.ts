import { metricsText } from '@tidegate/telemetry/metrics';

/** Undefined when fine, else the reason. */
export type Check = () => Promise<string | undefined>;

export interface OpsAnswer {
  status: number;
  type: string;
  body: string;
}

/*
 * live: the event loop answers; nothing else, so that an outage of the database restarts nothing.
 * startup: every service has finished starting. serving: and it is not draining. ready: and its database and NATS answer.
 * A proxy that has one place to send requests to asks for serving: while a database is away or slow, the answers of this
 * process say so and when to come back, and a proxy's own would not.
 */
export class Health {
  private readonly checks = new Map<string, Check>();
  private readonly expected: readonly string[];
  private readonly started = new Set<string>();
  private readonly servers: { name: string; trouble(): string | undefined }[] = [];
  draining = false;

  constructor(services: readonly string[]) {
    this.expected = services;
  }

  serviceStarted(service: string, check: Check): void {
    this.started.add(service);
    this.checks.set(service, check);
  }

  /** Servers that this process supervises: listed only while they are in trouble, and then the process is not ready. */
  watchServer(server: { name: string; trouble(): string | undefined }): void {
    this.servers.push(server);
  }

  /** The answer for a path of the operations' side, or undefined when it is none of them. */
  async answer(path: string, metricsAllowed: () => boolean): Promise<OpsAnswer | undefined> {
    switch (path) {
      case '/health/live':
        return json(200, { status: 'live' });
      case '/health/startup': {
        const missing = this.expected.filter((service) => !this.started.has(service));
        return json(missing.length === 0 ? 200 : 503, {
          status: missing.length === 0 ? 'started' : 'starting',
          missing,
        });
      }
      case '/health/serving': {
        const serving = !this.draining && this.expected.every((service) => this.started.has(service));
        return json(serving ? 200 : 503, { status: serving ? 'serving' : 'not serving' });
      }
      case '/health/ready':
      case '/health': {
        const services = await this.states();
        const ready = !this.draining && services.every((service) => service.ready);
        return json(ready ? 200 : 503, {
          status: this.draining ? 'draining' : ready ? 'ready' : 'not ready',
          services,
        });
      }
      case '/metrics':
        if (!metricsAllowed()) return json(401, { status: 'send the metrics token as a bearer token' });
        return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: await metricsText() };
      default:
        return undefined;
    }
  }

  private async states(): Promise<{ name: string; ready: boolean; reason?: string }[]> {
    const servers = this.servers.flatMap(({ name, trouble }) => {
      const reason = trouble();
      return reason === undefined ? [] : [{ name, ready: false, reason }];
    });
    const services = await Promise.all(
      this.expected.map(async (name) => {
        const check = this.checks.get(name);
        const reason = check ? await check() : 'starting';
        return { name, ready: reason === undefined, ...(reason === undefined ? {} : { reason }) };
      }),
    );
    return [...services, ...servers];
  }
}

const json = (status: number, body: object): OpsAnswer => ({
  status,
  type: 'application/json; charset=utf-8',
  body: JSON.stringify(body),
});

/**
 * Runs a check with a time limit, so that a hanging database gives a reason and not a hanging probe. Anybody may read
 * the reason, so it is an error's code, if there is one, and not the message, which names hosts, addresses and users.
 */
export async function within(ms: number, what: string, check: Promise<unknown>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`${what} did not answer within ${ms} ms`), ms);
  });
  const answered = check.then(
    () => undefined,
    (error: unknown) => `${what}: ${(error as { code?: string }).code ?? (error as Error).message}`,
  );
  return Promise.race([answered, late]).finally(() => clearTimeout(timer));
}
