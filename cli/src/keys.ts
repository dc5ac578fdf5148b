import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import { type MasterKeyState, readVaultState, type VaultState } from '@tidegate/vault/key-rotation';
import { count, sealingServices, vaultSettings, withVault } from './service-vaults.ts';

export const rotate = async (service: string | undefined): Promise<void> =>
  (await import('./rotate-keys.ts')).rotateKeys(sealingServices(service));

export const keyStatus = (service: string | undefined, { json }: { json: boolean }): Promise<void> =>
  status(sealingServices(service), json);

interface ServiceKeys extends VaultState {
  service: ServiceName;
  /** The variable or file that holds the ring. */
  source: string;
}

async function status(services: readonly ServiceName[], json: boolean): Promise<void> {
  const settings = await vaultSettings();
  const all: ServiceKeys[] = [];
  for (const service of services) {
    const state = await withVault(settings, service, async ({ tenants, vault, source }) => ({
      service,
      source: source.where,
      ...(await readVaultState(tenants, vault.masterKeys)),
    }));
    all.push(state);
  }
  process.stdout.write(json ? `${JSON.stringify(all, null, 2)}\n` : all.map(describe).join('\n'));
  if (all.some(({ masterKeys }) => masterKeys.some(isMissing))) process.exitCode = 1;
}

/** Nobody can read what this key wraps. */
const isMissing = ({ inRing, wraps, state }: MasterKeyState): boolean => !inRing && (wraps > 0 || state === 'current');

function describe({ service, source, masterKeys, shredded }: ServiceKeys): string {
  const lines = masterKeys.map((key) => {
    const where = key.inRing ? '' : isMissing(key) ? ', MISSING from the ring' : ', no longer in the ring';
    return `  ${key.id}  ${key.state.padEnd(7)}  wraps ${count(key.wraps, 'data key')}${where}`;
  });
  const gone = shredded > 0 ? [`  ${count(shredded, 'organisation')} shredded`] : [];
  return `${[`${service}: ${source}`, ...lines, ...gone].join('\n')}\n`;
}
