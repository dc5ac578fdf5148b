export interface StripeSettings {
  secretKey: string;
  /** Whether real money moves: the key says so. */
  livemode: boolean;
  webhookSecrets: readonly string[];
  api: { host: string; port: number; protocol: 'http' | 'https' };
  /** `{organisation}` stands for its id. */
  returnUrl: string;
  tax: boolean;
}

const STRIPE = 'https://api.stripe.com';

interface Variables {
  STRIPE_SECRET_KEY?: string | undefined;
  STRIPE_WEBHOOK_SECRET?: string[] | undefined;
  STRIPE_API_BASE?: string | undefined;
  STRIPE_RETURN_URL?: string | undefined;
  STRIPE_TAX?: boolean | undefined;
}

/** Undefined where no payments are taken. */
export function stripeSettings(config: Variables, publicUrl: string): StripeSettings | undefined {
  const { STRIPE_SECRET_KEY: secretKey } = config;
  if (secretKey === undefined) return undefined;
  const { hostname, port, protocol } = new URL(config.STRIPE_API_BASE ?? STRIPE);
  const secure = protocol === 'https:';
  return {
    secretKey,
    livemode: secretKey.split('_')[1] === 'live',
    webhookSecrets: config.STRIPE_WEBHOOK_SECRET ?? [],
    api: { host: hostname, port: Number(port) || (secure ? 443 : 80), protocol: secure ? 'https' : 'http' },
    returnUrl: config.STRIPE_RETURN_URL ?? `${publicUrl.replace(/\/$/, '')}/o/{organisation}/billing`,
    tax: config.STRIPE_TAX ?? false,
  };
}

/** Where a page of Stripe's leads back to: of the organisation, which may be another one than a person looked at last. */
export const returnUrlOf = ({ returnUrl }: Pick<StripeSettings, 'returnUrl'>, orgId: string): string =>
  returnUrl.replaceAll('{organisation}', orgId);

/** With what became of it. */
export function backTo(settings: Pick<StripeSettings, 'returnUrl'>, orgId: string, checkout: string): string {
  const url = returnUrlOf(settings, orgId);
  return `${url}${url.includes('?') ? '&' : '?'}checkout=${checkout}`;
}
