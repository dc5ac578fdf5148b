import type { Settings } from '@tidegate/runtime/settings';

/** What start and doctor say: it decides whether strangers may reach what listens on this machine. */
export const describeMode = ({ mode }: Settings): string => {
  if (mode === 'production') return 'production';
  return 'DEVELOPMENT, not for customers: whoever registers may send webhooks to this machine and have its servers\n             watched, and weak secrets are accepted. TIDEGATE_MODE=production changes that.';
};
