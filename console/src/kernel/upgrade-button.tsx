import { Button, type ButtonProps } from '@mantine/core';
import { use } from 'react';
import { OpenUpgrade, type Upgrade } from './upgrade.ts';

type Props = Upgrade & Pick<ButtonProps, 'variant'> & { text: string };

/** Opens what gives more over the page, which stays as it is. */
export function UpgradeButton({ text, variant, ...upgrade }: Props) {
  const open = use(OpenUpgrade);
  return (
    <Button size="compact-sm" variant={variant ?? 'filled'} aria-haspopup="dialog" onClick={() => open(upgrade)}>
      {text}
    </Button>
  );
}
