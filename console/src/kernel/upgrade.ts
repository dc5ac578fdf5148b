import type { UpgradeAddon } from '@tidegate/client';
import { type ComponentType, createContext } from 'react';

export interface Upgrade {
  /** null: what all products share, which a plan of one of them gives more of. */
  product: string | null;
  feature: string | null;
  plan: string;
  /** What is added to the plan; without it the plan itself gives more. */
  addon?: UpgradeAddon | undefined;
}

export interface UpgradeDialogProps extends Upgrade {
  onClose: () => void;
}

/** The dialog that a refusal by plan opens. It belongs to billing, is loaded with its first use, and is put in at the top. */
export const UpgradeDialog = createContext<ComponentType<UpgradeDialogProps> | null>(null);
export const OpenUpgrade = createContext<(upgrade: Upgrade) => void>(() => {});
