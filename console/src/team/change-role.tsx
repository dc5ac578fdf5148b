import { NativeSelect } from '@mantine/core';
import type { Role } from '@tidegate/client';
import { useState } from 'react';
import { Confirm } from '../kernel/confirm.tsx';
import { t } from '../kernel/strings.ts';

interface Props {
  name: string;
  has: Role;
  roles: readonly Role[];
  isOneself: boolean;
  onYes: (role: Role) => void;
}

/** Chosen first, and asked then: the arrow keys choose each role on their way to another. */
export function ChangeRole({ name, has, roles, isOneself, onYes }: Props) {
  const [chosen, setChosen] = useState(has);
  return (
    <>
      <NativeSelect
        size="xs"
        miw={92}
        aria-label={t('Role of {name}', { name })}
        data={roles.map((one) => ({ value: one, label: t(one) }))}
        value={chosen}
        onChange={({ currentTarget }) => setChosen(currentTarget.value as Role)}
      />
      {chosen === has ? null : (
        <Confirm
          label={t('Change the role')}
          question={t('Change the role of {name} from {before} to {after}?', {
            name,
            before: t(has),
            after: t(chosen),
          })}
          consequence={consequenceOf(chosen, isOneself)}
          onYes={() => onYes(chosen)}
        />
      )}
    </>
  );
}

function consequenceOf(role: Role, isOneself: boolean): string {
  if (isOneself) return t('It is your own role: you cannot take it back yourself, and it holds at once.');
  if (role === 'owner') return t('Owners may do everything here, also remove you or delete the organisation.');
  return t('It holds at once. Invitations that they could no longer make end with it.');
}
