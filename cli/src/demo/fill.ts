import { setTimeout as pause } from 'node:timers/promises';
import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { filledDemo, openDemo, removeDemo } from '@tidegate/contracts/identity/demo';
import { DEMO_DAYS, DEMO_SERVICES, type DemoService, demoFill } from '@tidegate/contracts/kernel/demo';
import { MINUTE_MS } from '@tidegate/contracts/kernel/demo-shape';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import type { Bus } from '@tidegate/messaging/bus';
import { say } from '../kernel/installation.ts';
import { asOperator } from '../operator.ts';

/*
 * `tidegate demo --fill`: made-up data in an organisation of the running installation, to be looked at. Each service writes its
 * own, a bounded part at a time; this only asks for one part after the other, of all services side by side. Broken off at any
 * moment, and run again, it writes the same again.
 */
export interface Filled {
  organisationId: string;
  until: string;
  seconds: number;
  written: Record<string, number>;
}

const WAIT_MS = 250;
/** How long services may take to learn that the organisation is a demo, and bots to trade. */
const PATIENCE_MS = 120_000;

interface Asked {
  json: boolean;
  /** By default this minute. */
  until: string | undefined;
  days: string | undefined;
}

/** The last moment of the data. */
export function endOf(until: string | undefined): Date {
  const end = new Date(until ?? Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS);
  if (Number.isNaN(end.getTime())) throw new Error('--until is an instant, such as 2026-11-29T08:00:00Z.');
  return end;
}

export async function fillDemo({ json, until, days = String(DEMO_DAYS) }: Asked): Promise<void> {
  const began = performance.now();
  const end = endOf(until);
  if (!/^([1-9]|[12]\d|30)$/.test(days)) throw new Error(`--days is a number from 1 to ${DEMO_DAYS}.`);
  const filled = await asOperator(async (bus): Promise<Filled> => {
    const { id: organisationId } = await bus.call(openDemo, {});
    const written: Record<string, number> = {};
    const fill = (service: DemoService) =>
      fillService(bus, service, { organisationId, until: end, days: Number(days), written });
    say('Waiting for billing, from which the limits of the others follow …');
    // The others see a plan and not only a new organisation.
    await fill('billing');
    await bus.call(getEntitlements, {}, { orgId: organisationId });
    say(`Waiting for ${days} days of figures, trades and use …`);
    await Promise.all(DEMO_SERVICES.filter((service) => service !== 'billing').map(fill));
    await bus.call(filledDemo, { until: end.toISOString() });
    return { organisationId, until: end.toISOString(), seconds: (performance.now() - began) / 1_000, written };
  });
  process.stdout.write(json ? `${JSON.stringify(filled)}\n` : described(filled));
}

export async function removeDemoData(): Promise<void> {
  await asOperator((bus) => bus.call(removeDemo, {}));
  process.stdout.write('The demo organisation is deleted; its data goes in the background.\n');
}

async function fillService(
  bus: Bus,
  service: DemoService,
  {
    organisationId,
    until,
    days,
    written,
  }: { organisationId: string; until: Date; days: number; written: Record<string, number> },
): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let part: number | null = 0; part !== null; ) {
    const input: { until: string; days: number; part: number } = { until: until.toISOString(), days, part };
    const answer = await orNotYet(bus.call(demoFill[service], input, { orgId: organisationId }), deadline);
    for (const [what, count] of Object.entries(answer?.written ?? {})) written[what] = (written[what] ?? 0) + count;
    const stays: boolean = answer === undefined || answer.next === part;
    if (stays && performance.now() > deadline) throw new Error(`${service} was not ready in time. Run it again.`);
    if (stays) await pause(WAIT_MS);
    part = answer ? answer.next : part;
  }
}

/** Undefined while a service has not heard yet that the organisation is a demo. */
async function orNotYet<T>(answer: Promise<T>, deadline: number): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'conflict' && performance.now() < deadline) return undefined;
    throw error;
  }
}

const described = ({ until, seconds, written }: Filled): string =>
  [
    `Filled in ${seconds.toFixed(1)} s, with data up to ${until}:`,
    ...Object.entries(written).map(([what, count]) => `  ${String(count).padStart(8)}  ${words(what)}`),
    'Log in as an operator and choose the organisation “Harbour Coffee (demo)”. To delete it: npx tidegate demo --remove',
    '',
  ].join('\n');

const words = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
