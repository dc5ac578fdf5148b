import { resolve } from 'node:path';
import { isUuid } from '@tidegate/database/ids';
import type { Values } from '../arguments.ts';
import { openerOf, sealOf } from '../kernel/read-seal.ts';
import { vaultSettings } from '../service-vaults.ts';
import { exportOrganisation } from './export-organisation.ts';
import { freezeOrganisation, thawOrganisation } from './freeze.ts';
import { importOrganisation } from './import-organisation.ts';
import { withServices } from './moving-services.ts';
import { type Removed, removeOrganisation } from './remove-organisation.ts';

const write = (words: string): void => void process.stdout.write(`${words}\n`);

export async function exportCommand(orgId: string, values: Values): Promise<void> {
  requireId(orgId);
  const { to } = values;
  if (typeof to !== 'string') throw new Error('Say which file to write: --to FILE');
  const key = sealOf(values);
  const settings = await vaultSettings();
  await withServices(settings, async (services) => {
    if (values['freeze'] === true) await freezeOrganisation(services, orgId);
    const done = await exportOrganisation(services, orgId, resolve(to), key).catch((error: Error) => {
      if (values['freeze'] !== true) throw error;
      throw new Error(
        `${error.message}\n  It is frozen here all the same: export again, or npx tidegate organisations thaw ${orgId}`,
        { cause: error },
      );
    });
    if (values['json'] === true) return write(JSON.stringify(done, null, 2));
    write(`${done.organisation.name} is in ${to}: ${countOf(done.rows)}`);
    write(
      done.frozen
        ? `It is frozen here. If it does not move after all: npx tidegate organisations thaw ${orgId}`
        : 'It is not frozen: what is written from now on is not in the file. For the move itself use --freeze.',
    );
  });
}

export async function importCommand(file: string, values: Values): Promise<void> {
  const key = openerOf(values);
  const settings = await vaultSettings();
  const sameStripeAccount = values['same-stripe-account'] === true;
  const done = await withServices(settings, (services) =>
    importOrganisation(settings, services, resolve(file), { key, sameStripeAccount }),
  );
  if (values['json'] === true) return write(JSON.stringify(done, null, 2));
  if (!done.imported)
    return write(`${done.organisation.name} is here already, from this very file. Nothing was changed.`);
  write(`${done.organisation.name} (${done.organisation.id}) is here: ${countOf(done.rows)}`);
  if (done.madeAccounts.length > 0) {
    write(
      `${done.madeAccounts.length} of its people had no account here. Each sets a password by "Forgot password", or you give them a link:`,
    );
    for (const email of done.madeAccounts.slice(0, 20)) write(`  npx tidegate users link ${email}`);
  }
  write('Its bots that ran are halted: start them once you know that they do not run at its former home.');
  if (!done.frozen) write('The file was made without --freeze: its former home may have gone on.');
}

export async function thawCommand(orgId: string): Promise<void> {
  requireId(orgId);
  const settings = await vaultSettings();
  const thawed = await withServices(settings, (services) => thawOrganisation(services, orgId));
  if (!thawed)
    throw new Error(`${orgId} is not frozen here.\n  Fix: npx tidegate organisations list --q NAME shows ids.`);
  write(`${orgId} goes on here. Do not import a file of it anywhere now: it would be in two places.`);
}

export async function removeCommand(orgId: string): Promise<void> {
  requireId(orgId);
  const settings = await vaultSettings();
  write(SAID[await withServices(settings, (services) => removeOrganisation(settings, services, orgId))](orgId));
}

const SAID: Readonly<Record<Removed, (orgId: string) => string>> = {
  left: (orgId) =>
    `${orgId} is deleted here; its rows go within minutes. Its invoices are kept as long as those of any other.`,
  gone: (orgId) => `${orgId} is deleted here already. Nothing was changed.`,
  withdrawn: (orgId) => `What an interrupted import has brought of ${orgId} is gone. It can be imported again.`,
};

function requireId(orgId: string): void {
  if (!isUuid(orgId))
    throw new Error(
      `"${orgId}" is no id of an organisation.\n  Fix: npx tidegate organisations list --q NAME shows ids.`,
    );
}

const countOf = (rows: Record<string, number>): string =>
  Object.entries(rows)
    .map(([service, count]) => `${service} ${count}`)
    .join(', ');
