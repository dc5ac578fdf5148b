import { useLocation } from '@tanstack/react-router';
import { type PropsWithChildren, Suspense, use, useState } from 'react';
import { t } from './strings.ts';
import { OpenUpgrade, type Upgrade, UpgradeDialog } from './upgrade.ts';

/**
 * Holds the dialog above the page: what is bought makes pages read again, and the refusal that opened it may be gone before
 * the dialog has said that it is in force. Another page closes it.
 */
export function Upgrades({ children }: PropsWithChildren) {
  const Dialog = use(UpgradeDialog);
  const page = useLocation({ select: ({ pathname }) => pathname });
  const [opened, setOpened] = useState<{ upgrade: Upgrade; on: string }>();
  return (
    <OpenUpgrade value={(upgrade) => setOpened({ upgrade, on: page })}>
      {children}
      {opened?.on === page && Dialog ? (
        <Suspense fallback={t('Loading')}>
          <Dialog {...opened.upgrade} onClose={() => setOpened(undefined)} />
        </Suspense>
      ) : null}
    </OpenUpgrade>
  );
}
