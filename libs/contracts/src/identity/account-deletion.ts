import { z } from 'zod';
import { notAudited } from '../kernel/audit.ts';
import { operation } from '../kernel/operation.ts';
import { problem } from '../kernel/problem.ts';
import { Empty, Id } from '../kernel/types.ts';
import { CurrentPassword, passwordNeeded } from './account-addresses.ts';
import { wrongPassword } from './passwords.ts';

const Fate = z.object({ id: Id, name: z.string(), members: z.int() }).meta({ id: 'OrganisationOfAccount' });

export const AccountDeletion = z
  .object({
    deleted: z.array(Fate).meta({ description: 'Nobody else is in them: they are deleted with the account' }),
    blocking: z.array(Fate).meta({
      description: 'Others are in them and you are the only owner: appoint another one, or delete them, first',
    }),
    left: z.array(Fate).meta({ description: 'They stay, without you' }),
  })
  .meta({ id: 'AccountDeletion' });
export type AccountDeletion = z.infer<typeof AccountDeletion>;

export const organisationsBlock = problem(
  'organisations_block',
  409,
  'Organisations of yours have to be dealt with first',
  z.object({ organisations: z.array(Fate) }),
);

export const previewDeletion = operation({
  service: 'identity',
  name: 'accounts.preview-deletion',
  http: ['GET', '/api/v1/me/deletion'],
  scope: 'self',
  summary: 'What would happen to your organisations if you deleted your account',
  input: z.strictObject({}),
  output: AccountDeletion,
});

export const deleteAccount = operation({
  service: 'identity',
  name: 'accounts.delete',
  http: ['POST', '/api/v1/me/deletion'],
  scope: 'self',
  summary: 'Delete your account for good',
  description:
    'Your sessions, API keys and invitations end at once, and nothing that names you stays here. Organisations in which ' +
    'nobody else is are deleted with it when `deleteOrganisations` says so.',
  audit: notAudited('of a person; each organisation that goes on has an entry that they left, by the handler'),
  input: z.strictObject({
    email: z
      .string()
      .max(254)
      .meta({ description: 'Your address, repeated', examples: ['ada@example.com'] }),
    currentPassword: CurrentPassword,
    deleteOrganisations: z
      .boolean()
      .optional()
      .meta({ description: 'Whether organisations in which nobody else is may be deleted' }),
  }),
  output: Empty,
  errors: [passwordNeeded, wrongPassword, organisationsBlock],
});
