import { join } from 'node:path';
import { rotateSigningKeys } from '@tidegate/contracts/identity/tokens';
import { updateServer } from '@tidegate/contracts/monitor-agent/server';
import { findPostgres } from '@tidegate/runtime/embedded/postgres';
import {
  BUS_MEMBERS,
  makeKey,
  makePassword,
  readSecrets,
  SEALING_SERVICES,
  type Secrets,
  sealingNames,
} from '@tidegate/runtime/secrets-file';
import { generateSealingKeys } from '@tidegate/vault/seal-box';
import { UsageError } from '../arguments.ts';
import { dataDirOf, readMemory } from '../kernel/installation.ts';
import { asOperator } from '../operator.ts';
import { alone, rotateKeys } from '../rotate-keys.ts';
import { vaultSettings } from '../service-vaults.ts';
import { changeBusLogins } from './change-bus-logins.ts';
import { dropPrevious, hasPrevious, noteChange, putNew } from './change-file.ts';
import { changeDatabasePasswords, changeRolePassword, connectAdmin, type Server } from './change-passwords.ts';
import { KINDS, type Kind } from './kinds.ts';
import { requireOurs } from './whose.ts';

/** Longer than a caller's token lives, clocks that differ included. */
const OVERLAP_MS = 300_000;

export function kindOf(name: string): Kind {
  const kind = KINDS.find((one) => one.name === name);
  if (kind) return kind;
  throw new UsageError(`There is no secret "${name}".\n  Fix: ${KINDS.map((one) => one.name).join(', ')}, or all.`);
}

/** Changes one kind of secret, or all, while everything runs. */
export async function rotateSecrets(name: string): Promise<void> {
  const kinds = name === 'all' ? KINDS : [kindOf(name)];
  const dataDir = dataDirOf(process.env);
  for (const kind of kinds) requireOurs(kind, dataDir, process.env);
  for (const kind of kinds) refuseTooSoon(kind, dataDir);
  for (const kind of kinds) {
    if (kind.name === 'master-keys') await rotateKeys(SEALING_SERVICES);
    else {
      const lines = await onlyOnce(() => rotate(kind, dataDir));
      process.stdout.write(`${kind.name}\n${lines.map((line) => `  ${line}\n`).join('')}`);
    }
    noteChange(dataDir, kind.name);
  }
  process.stdout.write('Copy secrets.json to where you keep it: a backup of before does not have the new ones.\n');
}

/** From now on only the newest values count. */
export async function retireSecrets(): Promise<void> {
  const dataDir = dataDirOf(process.env);
  const lines = await onlyOnce(async () =>
    KINDS.filter(({ overlaps }) => overlaps).flatMap((kind) => {
      if (!hasPrevious(dataDir, kind.variables)) return [];
      refuseTooSoon(kind, dataDir);
      dropPrevious(dataDir, kind.variables);
      return [`${kind.name}: the one before does not count any more\n`];
    }),
  );
  process.stdout.write(lines.join('') || 'There is nothing to retire.\n');
}

async function onlyOnce<T>(work: () => Promise<T>): Promise<T> {
  const { database } = await vaultSettings();
  return alone(database.adminUrl, work);
}

async function rotate({ name, variables }: Kind, dataDir: string): Promise<string[]> {
  switch (name) {
    case 'signing-keys': {
      const { keyId } = await asOperator((bus) => bus.call(rotateSigningKeys, {}));
      return [
        `${keyId} is published now and signs in an hour; the one before stays published until its tokens have ended`,
      ];
    }
    case 'database':
      return (await changeDatabasePasswords(await embedded(dataDir))).map((role) => `${role} has a new password`);
    case 'superuser':
      return [
        `${await changeRolePassword(await embedded(dataDir), 'postgres', 'POSTGRES_PASSWORD')} has a new password`,
      ];
    case 'monitoring':
      return changeMonitoring(await embedded(dataDir));
    case 'nats':
      return changeBusLogins(dataDir);
    case 'sealing':
      putNew(dataDir, newSealingKeys());
      break;
    case 'caller':
      putNew(dataDir, { CALLER_SECRET: makeKey() });
      break;
    default:
      putNew(dataDir, Object.fromEntries(variables.map((variable) => [variable, makePassword()])));
  }
  return ['the new one counts within a second; the one before counts until `npx tidegate secrets retire`'];
}

/** Whoever has the one before the one before would be refused. */
function refuseTooSoon({ name, overlaps, variables }: Kind, dataDir: string): void {
  if (!overlaps || !hasPrevious(dataDir, variables)) return;
  const since = Date.parse(readMemory(dataDir).secretsChanged?.[name] ?? '');
  const left = Math.ceil((since + OVERLAP_MS - Date.now()) / 1_000);
  if (left > 0)
    throw new Error(`${name} was changed just now, and the one before is still in use.\n  Fix: wait ${left} s.`);
}

async function embedded(dataDir: string): Promise<Server> {
  const running = await findPostgres(join(dataDir, 'postgres'));
  if (!running) throw new Error(`PostgreSQL does not run on ${dataDir}.\n  Fix: npm start, or set DATA_DIR.`);
  return { dataDir, host: running.host, port: running.port, database: 'tidegate' };
}

/** The role's password, and what monitor-agent logs in with: its open session stays. */
async function changeMonitoring(server: Server): Promise<string[]> {
  const admin = await connectAdmin(server);
  let watched: { org_id: string; id: string }[];
  try {
    const found = await admin.query<{ org_id: string; id: string }>(
      'select org_id, id from monitor_agent.servers where platform and removed_at is null',
    );
    watched = found.rows;
  } finally {
    await admin.end();
  }
  const done = await changeRolePassword(server, 'tidegate_monitor', 'MONITOR_PLATFORM_PASSWORD');
  const password = readSecrets(server.dataDir)['MONITOR_PLATFORM_PASSWORD'] ?? '';
  await asOperator(async (bus) => {
    for (const { org_id: orgId, id: serverId } of watched)
      await bus.call(updateServer, { serverId, password }, { orgId });
  });
  return [`${done} has a new password, with which ${watched.length} watched servers are connected from now on`];
}

function newSealingKeys(): Secrets {
  return Object.fromEntries(
    BUS_MEMBERS.flatMap((member) => {
      const [publicName, privateName] = sealingNames(member);
      const { publicKey, privateKey } = generateSealingKeys();
      return [
        [publicName, publicKey],
        [privateName, privateKey],
      ];
    }),
  );
}
