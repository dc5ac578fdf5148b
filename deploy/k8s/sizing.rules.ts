/*
 * How much an installation of so many organisations needs: measured costs of a unit (docs/benchmarks.md) times what an average
 * organisation is assumed to do. docs/kubernetes.md shows both, and the table that is generated from them.
 */

/** An average organisation; whoever knows better changes these and runs `npm run generate`. */
export const ORGANISATION = {
  callsADay: 5_000,
  usageEventsADay: 2_000,
  servers: 0.5,
  eventsADay: 50,
};
/** The busiest minute of a day against its mean. */
export const PEAK = 4;

/** Seconds of CPU. The larger of the figures that were measured, so a quiet machine needs less. */
export const COST = {
  callGateway: 150e-6,
  callService: 75e-6,
  callPostgres: 75e-6,
  usageService: 33e-6,
  usagePostgres: 33e-6,
  eventService: 270e-6,
  eventPostgres: 280e-6,
  serverMinute: 41e-3,
  serverMinutePostgres: 7e-3,
};
export const BYTES = { usageEvent: 135, usageIdentity: 149, serverYear: 0.545e9 };
const KEPT_EVENT_DAYS = 400;
const KEPT_IDENTITY_DAYS = 44;
/** A collector holds 300 servers in 468 MB. */
const SERVERS_A_PROCESS = 300;
/** A process has one thread for its requests; beyond 70 % of a core it scales (autoscaling). */
const FULL = 0.7;

export interface Size {
  organisations: number;
  calls: number;
  usageEvents: number;
  servers: number;
  cores: { gateway: number; services: number; usage: number; monitorAgent: number; postgres: number };
  processes: { gateway: number; usage: number; monitorAgent: number };
  disk: { usage: number; servers: number };
}

export function sizeFor(organisations: number): Size {
  const atPeak = (aDay: number) => (organisations * aDay * PEAK) / 86_400;
  const [calls, usageEvents, events] = [
    atPeak(ORGANISATION.callsADay),
    atPeak(ORGANISATION.usageEventsADay),
    atPeak(ORGANISATION.eventsADay),
  ];
  const servers = organisations * ORGANISATION.servers;
  const cores = {
    gateway: calls * COST.callGateway,
    services: calls * COST.callService + events * COST.eventService,
    usage: usageEvents * COST.usageService,
    monitorAgent: (servers * COST.serverMinute) / 60,
    postgres:
      calls * COST.callPostgres +
      usageEvents * COST.usagePostgres +
      events * COST.eventPostgres +
      (servers * COST.serverMinutePostgres) / 60,
  };
  // One more than the work needs, and two at the least.
  const processes = (needed: number) => Math.max(2, Math.ceil(needed) + 1);
  const perDay = organisations * ORGANISATION.usageEventsADay;
  return {
    organisations,
    calls,
    usageEvents,
    servers,
    cores,
    processes: {
      gateway: processes(cores.gateway / FULL),
      usage: processes(cores.usage / FULL),
      monitorAgent: processes(servers / SERVERS_A_PROCESS),
    },
    disk: {
      usage: perDay * (KEPT_EVENT_DAYS * BYTES.usageEvent + KEPT_IDENTITY_DAYS * BYTES.usageIdentity),
      servers: servers * BYTES.serverYear,
    },
  };
}

const short = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(2)));
const storage = (bytes: number): string => (bytes >= 1e12 ? `${short(bytes / 1e12)} TB` : `${short(bytes / 1e9)} GB`);

/** The table of docs/kubernetes.md. */
export function sizingTable(): string {
  const sizes = [1_000, 10_000, 100_000].map(sizeFor);
  const rows: [string, (size: Size) => string][] = [
    ['API calls a second', ({ calls }) => short(calls)],
    ['usage events a second', ({ usageEvents }) => short(usageEvents)],
    ['watched servers', ({ servers }) => short(servers)],
    ['cores: gateway', ({ cores }) => short(cores.gateway)],
    ['cores: services, for calls and events', ({ cores }) => short(cores.services)],
    ['cores: usage', ({ cores }) => short(cores.usage)],
    ['cores: monitor-agent', ({ cores }) => short(cores.monitorAgent)],
    ['cores: PostgreSQL', ({ cores }) => short(cores.postgres)],
    ['processes: gateway', ({ processes }) => short(processes.gateway)],
    ['processes: usage', ({ processes }) => short(processes.usage)],
    ['processes: monitor-agent', ({ processes }) => short(processes.monitorAgent)],
    ['disk: usage events', ({ disk }) => storage(disk.usage)],
    ['disk: statements of a year', ({ disk }) => storage(disk.servers)],
  ];
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(['in the busiest minute', ...sizes.map(({ organisations }) => `${short(organisations)} organisations`)]),
    line(['---', ...sizes.map(() => '---:')]),
    ...rows.map(([name, value]) => line([name, ...sizes.map(value)])),
    '',
  ].join('\n');
}
