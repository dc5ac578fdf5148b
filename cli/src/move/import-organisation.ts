import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { openStream, type StreamKey } from '@tidegate/backup/kernel/sealed-stream';
import { PasswordHashing } from '@tidegate/identity/authentication/password-hashing';
import type { Settings } from '@tidegate/runtime/settings';
import { alone } from '../rotate-keys.ts';
import { type Arriving, arrivingServices, enter } from './arriving.ts';
import { checkFits, type Fit } from './check-fit.ts';
import { settlePeople } from './move.rows.ts';
import { Header, linesOf, refused, Section } from './move-file.ts';
import { type MovingService, serviceOf } from './moving-services.ts';

/*
 * An organisation from a file. Each service writes its part in one transaction, all of them are committed only once the
 * file was read to its end, and identity's last, so that nobody is a member of something unfinished:
 *   read and written (a fault anywhere: nothing is kept) → committed service by service, marked `arriving`, in which
 *   nobody may write → counting goes on beyond what was brought → marked `arrived`
 * Killed between two commits, the same file goes on with the services that are missing. The same file again changes nothing.
 */
export interface Imported {
  organisation: { id: string; name: string };
  /** False: it was there already. */
  imported: boolean;
  /** Of a copy: its home still writes. */
  frozen: boolean;
  rows: Record<string, number>;
  /** Accounts that had to be made: they have no password yet. */
  madeAccounts: string[];
}

export interface ImportOptions {
  key: StreamKey;
  sameStripeAccount: boolean;
}

export async function importOrganisation(
  settings: Settings,
  services: readonly MovingService[],
  path: string,
  options: ImportOptions,
): Promise<Imported> {
  const lines = linesOf(openStream(createReadStream(path), options.key, basename(path)));
  const header = readHeader((await lines.next()).value);
  return alone(settings.database.adminUrl, async () => {
    const fit = await checkFits(services, header, options);
    const none = { organisation: header.organisation, frozen: header.frozen, rows: {}, madeAccounts: [] };
    if (fit.state === 'arrived') return { ...none, imported: false };
    const arriving = arrivingServices(services, header, fit);
    try {
      const madeAccounts = await write(arriving, header, lines);
      for (const one of arriving) await one.end(header.exportId);
      for (const one of arriving) await one.transaction.commit();
      await enter(settings, arriving, header.organisation.id);
      const rows = Object.fromEntries(arriving.map(({ service, rows: count }) => [service, count]));
      return { ...none, imported: true, rows, madeAccounts };
    } catch (error) {
      for (const { transaction } of arriving) await transaction.rollback();
      throw error;
    }
  });
}

function readHeader(line: string | undefined): Header {
  const parsed = Header.safeParse(json(line ?? ''));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refused(
    `it begins with no organisation of a format that this release knows (${issue?.path.join('.')}: ${issue?.message})`,
  );
}

function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw refused('a line is no JSON');
  }
}

/** Returns the addresses of the accounts that were made. */
async function write(arriving: readonly Arriving[], header: Header, lines: AsyncGenerator<string>): Promise<string[]> {
  const identity = serviceOf(arriving, 'identity') as Arriving;
  // The hash of a password that nobody has.
  const asker = { known: true, subjects: { network: 'none', account: 'nobody' } };
  const nobody = await new PasswordHashing().hash(crypto.randomUUID(), asker);
  const { ids, made } = await settlePeople(identity.transaction.tx, header.people, nobody);
  const elsewhere = new Map([...ids].filter(([there, here]) => there !== here));
  let read = 1;
  for await (const line of lines) {
    read += 1;
    const section = Section.safeParse(json(line));
    if (!section.success) throw refused(`line ${read} is none of what a file has`);
    if ('end' in section.data) {
      if (section.data.end !== read - 1)
        throw refused(`it says that it has ${section.data.end} lines, and has ${read - 1}`);
      if (!(await lines.next()).done) throw refused('it goes on after its end');
      identity.people = [...ids.values()];
      return made;
    }
    const { service } = section.data;
    const one = serviceOf(arriving, service) as Arriving;
    if ('key' in section.data) one.key = Buffer.from(section.data.key, 'base64');
    else {
      const { table, rows, from } = section.data;
      await one.begin(table, from);
      for (let row = 0; row < rows; row += 1) {
        const next = await lines.next();
        if (next.done) break;
        read += 1;
        await one.add(renamed(next.value, elsewhere));
      }
      await one.flush();
    }
  }
  throw refused('it has no end');
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** People who have another id here, wherever a row names them. */
const renamed = (line: string, ids: ReadonlyMap<string, string>): string =>
  ids.size === 0 ? line : line.replaceAll(UUID, (id) => ids.get(id) ?? id);

export type { Fit };
