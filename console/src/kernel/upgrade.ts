import { type ComponentType, createContext } from 'react';

export interface Upgrade {
  product: string;
  plan: string;
  onClose: () => void;
}

/** The dialog that a refusal by plan opens. It belongs to billing, is loaded with its first use, and is put in at the top. */
export const UpgradeDialog = createContext<ComponentType<Upgrade> | null>(null);
