import type { Option } from '../arguments.ts';

const passphrase: Option = { type: 'string', about: 'a file whose first line is the passphrase' };

/** How a file is sealed. */
export const SEALED_WITH = {
  'passphrase-file': passphrase,
  recipient: {
    type: 'string',
    about: 'instead: an age recipient, whose identity opens the file (backup key makes one)',
  },
} as const satisfies Record<string, Option>;

/** How it is opened. */
export const OPENED_WITH = {
  'passphrase-file': passphrase,
  identity: { type: 'string', about: 'instead: file with the private half of the recipient' },
} as const satisfies Record<string, Option>;
