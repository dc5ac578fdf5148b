import { LONG } from '@tidegate/testing/long';
import { EXAMPLE_ORGANISATIONS, exampleSteps } from './histories/examples.ts';
import { Mismatch } from './histories/organisation.ts';
import { Play } from './histories/play.ts';
import { randomSteps } from './histories/random-steps.ts';
import type { Step } from './histories/steps.ts';
import { World } from './histories/world.ts';

/* Each organisation of a world is a history; those of one world share its clock, its deaths and its Stripe. */
const WORLDS = Number(process.env['TEST_HISTORIES'] ?? (LONG ? 64 : 1));
const ORGANISATIONS = LONG ? 16 : 3;
const STEPS = 12;
const FIRST_SEED = Number(process.env['TEST_SEED'] ?? (LONG ? Date.now() % 1_000_000 : 7));

interface Failure {
  message: string;
  who: number | undefined;
  done: string[];
}

/** In every other world nobody is dunned, so that what costs something goes on. */
const dueDaysOf = (seed: number): number => (seed % 2 === 0 ? 14 : 365);

/** Undefined when services and model agree to the end. */
async function failureOf(seed: number, steps: readonly Step[], organisations: number): Promise<Failure | undefined> {
  const world = await World.open(dueDaysOf(seed));
  const play = new Play(world);
  try {
    await play.open(organisations);
    for (const step of steps) await play.step(step);
    await play.end();
    return undefined;
  } catch (error) {
    const { message, stack } = error as Error;
    if (!(error instanceof Mismatch))
      return { message: stack ?? message, who: undefined, done: play.organisations.flatMap(({ done }) => done) };
    return { message, who: play.organisations.indexOf(error.one), done: error.one.done };
  } finally {
    await world.close();
  }
}

/** The fewest steps that still fail: those of others first, then halves, quarters, single ones. */
async function shrunk(seed: number, steps: readonly Step[], organisations: number, failure: Failure) {
  let best = { steps: [...steps], failure };
  const fails = async (fewer: Step[]) => {
    const found = await failureOf(seed, fewer, organisations);
    if (found) best = { steps: fewer, failure: found };
    return found !== undefined;
  };
  if (process.env['TEST_NO_SHRINK']) return best;
  if (failure.who !== undefined) await fails(steps.filter(({ who }) => who === undefined || who === failure.who));
  let tries = 0;
  for (let size = Math.ceil(best.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < best.steps.length && tries < 40; tries += 1)
      if (!(await fails(best.steps.toSpliced(at, size)))) at += size;
  return best;
}

test('histories that once differed are those of a plain list of the facts', async () => {
  const failure = await failureOf(1, exampleSteps(), EXAMPLE_ORGANISATIONS);
  if (failure) throw new Error(`${failure.message}\n\nWhat was done:\n${failure.done.join('\n')}`);
});

test.each(Array.from({ length: WORLDS }, (_, world) => FIRST_SEED + world))(
  'whatever is changed, paid, used, lost, repeated and killed, in whatever order: entitlements, invoices and balances are those of a plain list of the facts (seed %i)',
  async (seed) => {
    const steps = randomSteps(seed, ORGANISATIONS, STEPS);
    const failure = await failureOf(seed, steps, ORGANISATIONS);
    if (!failure) return;
    const fewest = await shrunk(seed, steps, ORGANISATIONS, failure);
    const list = fewest.steps.map((step) => JSON.stringify(step)).join('\n');
    const { message, done } = fewest.failure;
    throw new Error(`TEST_SEED=${seed}: ${message}\n\nSteps:\n${list}\n\nWhat was done:\n${done.join('\n')}`);
  },
);
