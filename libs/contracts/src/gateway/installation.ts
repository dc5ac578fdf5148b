import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { Id } from '../kernel/types.ts';

export const installation = operation({
  service: 'gateway',
  name: 'installation.get',
  http: ['GET', '/api/v1/installation'],
  scope: 'public',
  summary: 'What a page needs to know before anybody has logged in',
  input: z.strictObject({}),
  output: z
    .object({
      name: z.string(),
      version: z.string(),
      publicUrl: z.string().meta({ description: 'How customers reach this installation' }),
      signUp: z.enum(['open']).meta({ description: 'open: anybody may create an account' }),
      logInMethods: z.array(z.enum(['password'])),
      email: z.boolean().meta({ description: 'Whether this installation can send e-mail' }),
      sessionCookies: z.boolean().meta({
        description: 'Whether browsers keep the session cookie at the requesting address; otherwise open publicUrl',
      }),
      organisationId: Id.nullable().meta({
        description: 'Whose domain the requesting address is: its pages show this organisation only',
      }),
    })
    .meta({ id: 'Installation' }),
});
