import { PasswordInput, type PasswordInputProps } from '@mantine/core';
import { emailsChange } from '@tidegate/client/generated/limits/identity';
import { limits } from '../kernel/limits.ts';
import { t } from '../kernel/strings.ts';

/** What the API says about it, by the name of the field. */
export const RECENT = { wrong_password: 'currentPassword', password_needed: 'currentPassword' };

/** The password before something that whoever found an open browser must not do. */
export const RecentPassword = (field: PasswordInputProps) => (
  <PasswordInput
    label={t('Password')}
    description={t('Not needed within ten minutes of a log-in.')}
    autoComplete="current-password"
    {...limits(emailsChange.currentPassword)}
    {...field}
  />
);
