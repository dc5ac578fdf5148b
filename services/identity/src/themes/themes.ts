import { Controller } from '@nestjs/common';
import { getTheme, NO_THEME, setTheme, type Theme } from '@tidegate/contracts/identity/themes';
import { invalidFields } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { faultOfLogo } from './logo.rules.ts';
import { findTheme, saveTheme } from './theme.rows.ts';

/** What an organisation's own people see instead of Tidegate. */
@Controller()
export class Themes {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly entitlements: Entitlements,
  ) {}

  /** Anybody may ask, and learns nothing about which organisations there are. */
  @Handles(getTheme)
  async get({ input: { organisationId: orgId } }: OperationContext<typeof getTheme>): Promise<Theme> {
    const reader = this.tenants.reader({ orgId });
    const theme = await findTheme(reader);
    return theme && (await this.entitlements.has(reader, 'white_label')) ? theme : NO_THEME;
  }

  @Handles(setTheme)
  async set({ input, tx, was }: OperationContext<typeof setTheme>): Promise<Theme> {
    await this.entitlements.feature(tx, 'white_label');
    was((await findTheme(tx)) ?? NO_THEME);
    const fault = input.logo && faultOfLogo(input.logo);
    if (fault) throw invalidFields([fault]);
    const theme = { name: input.name ?? null, accent: input.accent?.toLowerCase() ?? null, logo: input.logo ?? null };
    await saveTheme(tx, theme);
    return theme;
  }
}
