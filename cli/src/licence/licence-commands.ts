import { randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseCatalogue } from '@tidegate/billing/plans/parse-catalogue';
import type { FeatureGrant } from '@tidegate/contracts/billing/features';
import { explain, ProblemError, problemError } from '@tidegate/contracts/kernel/problem';
import {
  checkLicence,
  issueLicence,
  type Licence,
  MOST_CHARACTERS,
  readLicence,
  type Verdict,
} from '@tidegate/runtime/licence/licence';
import { ROOT } from '../kernel/installation.ts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Prints what a licence says, without any claim that it is genuine. */
export function showLicence(file: string | undefined): void {
  const licence = readLicence(readText(file ?? process.env['LICENCE_FILE'], 'LICENCE_FILE', 'a licence'));
  if (!licence) throw new Error(`This is no licence.${ASK_AGAIN}`);
  print(JSON.stringify(licence, null, 2));
}

/** Says whether a licence is genuine and in force; exit code 1 when it is not. */
export function checkLicenceFile(file: string | undefined, key: string | undefined): void {
  const verdict = licenceOf(file ?? process.env['LICENCE_FILE'], key ?? process.env['LICENCE_KEY_FILE']);
  if (verdict.state !== 'valid') throw new Error(`${describe(verdict)}${ASK_AGAIN}`);
  print(describe(verdict));
}

export function licenceOf(file: string | undefined, key: string | undefined, now = Date.now()): Verdict {
  const text = readText(file, 'LICENCE_FILE', 'a licence');
  return checkLicence(text, readText(key, 'LICENCE_KEY_FILE', 'the public key of whoever issues licences'), now);
}

const ASK_AGAIN = '\n  Fix: ask whoever issued it for another one; docs/plans-and-usage.md explains the file.';

export function describe(verdict: Verdict): string {
  switch (verdict.state) {
    case 'malformed':
      return 'The file is no licence, or was changed.';
    case 'other_key':
      return 'The licence was signed with another key than the one that this installation trusts.';
    case 'forged':
      return 'The signature of the licence is wrong: it was changed, or not signed by who it says.';
    case 'not_yet_valid':
      return `The licence of ${verdict.licence.licensee} is valid from ${verdict.licence.validFrom} on.`;
    case 'expired':
      return `The licence of ${verdict.licence.licensee} expired at ${verdict.licence.validUntil}.`;
    case 'valid': {
      const { licensee, product, plan, features, validUntil } = verdict.licence;
      const allowed = Object.entries(features).map(([key, value]) => `  ${key}: ${value ?? 'unlimited'}`);
      return [`Valid until ${validUntil}: ${licensee}, ${product}.${plan}`, ...allowed].join('\n');
    }
  }
}

/** Signs a licence for what a plan of a catalogue gives, and prints it. */
export function issueLicenceFile(
  licensee: string,
  options: Partial<Record<'plan' | 'until' | 'key' | 'catalogue', string | undefined>>,
): void {
  const catalogue = options.catalogue ?? join(ROOT, 'plans', 'licences.yaml');
  const now = new Date().toISOString();
  const licence = {
    id: randomUUID(),
    licensee,
    ...soldBy(readText(catalogue, '--catalogue', 'a catalogue'), options.plan ?? ''),
    issuedAt: now,
    validFrom: now,
    validUntil: lastInstant(options.until),
  };
  print(issueLicence(licence, readText(options.key, '--key', 'the private key that signs licences')));
}

function soldBy(yaml: string, ref: string): Pick<Licence, 'product' | 'plan' | 'features'> {
  try {
    const { plans } = parseCatalogue(problemError, yaml);
    const plan = plans.find((one) => `${one.product}.${one.plan}` === ref);
    if (!plan) {
      const refs = plans.map((one) => `${one.product}.${one.plan}`).join(', ');
      throw new Error(`There is no plan ${ref || 'without a name'}.\n  Fix: --plan and one of ${refs}`);
    }
    const features = Object.entries(plan.features).map(([key, grant]) => [key, givenOf(grant)] as const);
    return { product: plan.product, plan: plan.plan, features: Object.fromEntries(features) };
  } catch (error) {
    throw error instanceof ProblemError ? new Error(explain(error), { cause: error }) : error;
  }
}

function givenOf(grant: FeatureGrant): Licence['features'][string] {
  if (grant.kind === 'level') return grant.level;
  return grant.kind === 'counted' || grant.kind === 'metered' ? grant.limit : grant.value;
}

/** A day counts whole: until its midnight in UTC. */
function lastInstant(day: string | undefined): string {
  const begin = day && /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(begin)) throw new Error('A licence ends on a day.\n  Fix: --until 2027-12-31');
  return new Date(begin + 86_400_000).toISOString();
}

function readText(file: string | undefined, name: string, what: string): string {
  if (!file) throw new Error(`The file of ${what} is not named.\n  Fix: name it, or set ${name}.`);
  try {
    if (statSync(file).size > MOST_CHARACTERS * 10) throw new Error('It is too large.');
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
