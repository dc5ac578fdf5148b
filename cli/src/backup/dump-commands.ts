import type { Command, Option } from '../arguments.ts';
import { OPENED_WITH, SEALED_WITH } from '../kernel/seal-options.ts';

const json: Option = { type: 'boolean', about: 'print JSON, for scripts' };
const commands = () => import('./backup-commands.ts');

/** Keys of sealed files, and the database as statements where it cannot be backed up as files. */
export const DUMP_COMMANDS: readonly Command[] = [
  {
    words: ['backup', 'key'],
    options: { json },
    about: 'make a pair of keys, for backups that this machine cannot open',
    run: async (_args, values) => (await commands()).makeKey({ json: values['json'] === true }),
  },
  {
    words: ['backup', 'dump'],
    args: ['<file>'],
    options: { json, ...SEALED_WITH },
    about: 'write the database into a sealed file with pg_dump, where it cannot be backed up as files',
    run: async ([file = ''], values) => (await commands()).dumpTo(file, values),
  },
  {
    words: ['backup', 'load'],
    args: ['<file>'],
    options: { json, ...OPENED_WITH },
    about: 'load such a file into the empty database of DATABASE_URL, with Tidegate stopped',
    run: async ([file = ''], values) => (await commands()).loadDumpOf(file, values),
  },
];
