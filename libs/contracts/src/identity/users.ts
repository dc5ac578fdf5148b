import { z } from 'zod';
import { ONESELF } from '../kernel/audit.ts';
import { operation } from '../kernel/operation.ts';
import { secret } from '../kernel/types.ts';
import { Email, emailTaken, Password, passwordTooWeak, User } from './sessions.ts';

export const createAdmin = operation({
  service: 'identity',
  name: 'users.create-admin',
  scope: 'operator',
  summary: 'Create an operator of this installation; the password is shown once',
  description: 'Without a password one is generated.',
  audit: ONESELF,
  input: z.strictObject({ email: Email, password: secret(Password).optional() }),
  output: z.object({ user: User, password: secret(z.string()) }),
  errors: [emailTaken, passwordTooWeak],
});
