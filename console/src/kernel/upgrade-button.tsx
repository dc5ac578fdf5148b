import { Button, type ButtonProps } from '@mantine/core';
import { Suspense, use, useState } from 'react';
import { t } from './strings.ts';
import { type Upgrade, UpgradeDialog } from './upgrade.ts';

type Props = Omit<Upgrade, 'onClose'> & Pick<ButtonProps, 'variant'> & { text: string };

/** Opens what gives more over the page, which stays as it is. */
export function UpgradeButton({ text, variant, ...upgrade }: Props) {
  const Dialog = use(UpgradeDialog);
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="compact-sm" variant={variant ?? 'filled'} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {text}
      </Button>
      {open && Dialog ? (
        <Suspense fallback={t('Loading')}>
          <Dialog {...upgrade} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
