import { Module } from '@nestjs/common';
import { EntitlementsModule } from '@tidegate/entitlements/entitlements.module';
import { ChangePassword } from './accounts/change-password.ts';
import { CreateAdmin } from './accounts/create-admin.ts';
import { RegisterAccount } from './accounts/register-account.ts';
import { ReplacePassword } from './accounts/replace-password.ts';
import { ResetPassword } from './accounts/reset-password.ts';
import { VerifyEmail } from './accounts/verify-email.ts';
import { WhoAmI } from './accounts/who-am-i.ts';
import { KnownKeys } from './api-keys/known-keys.ts';
import { ManageApiKeys } from './api-keys/manage-api-keys.ts';
import { VerifyApiKey } from './api-keys/verify-api-key.ts';
import { LoginThrottle } from './authentication/login-throttle.ts';
import { PasswordHashing } from './authentication/password-hashing.ts';
import { RefusedLogIns } from './authentication/refused-log-ins.ts';
import { VerifiedAddresses } from './kernel/verified-addresses.ts';
import { AccountMails } from './mails/account-mails.ts';
import { SendAccountMails } from './mails/send-account-mails.loop.ts';
import { Invitations } from './members/invitations.ts';
import { Join } from './members/join.ts';
import { ManageMembers } from './members/manage-members.ts';
import { RoleOf } from './members/role-of.ts';
import { CreateOrganisation } from './organisations/create-organisation.ts';
import { CurrentOrganisation } from './organisations/current-organisation.ts';
import { DeleteOrganisation } from './organisations/delete-organisation.ts';
import { FoundOrganisation } from './organisations/found-organisation.ts';
import { ListOrganisations } from './organisations/list-organisations.ts';
import { FoundersLimits } from './organisations/ownership-limits.ts';
import { ForgetEnded } from './retention/delete-expired.loop.ts';
import { CheckSession } from './sessions/check-session.ts';
import { LogIn } from './sessions/log-in.ts';
import { LogOut } from './sessions/log-out.ts';
import { OwnSessions } from './sessions/own-sessions.ts';
import { RefreshSession } from './sessions/refresh-session.ts';
import { Sessions } from './sessions/sessions.ts';
import { SwitchOrganisation } from './sessions/switch-organisation.ts';
import { AccessTokens } from './signing-keys/access-tokens.ts';
import { SigningKeys } from './signing-keys/signing-keys.ts';

@Module({
  imports: [EntitlementsModule],
  providers: [
    SigningKeys,
    AccessTokens,
    PasswordHashing,
    LoginThrottle,
    Sessions,
    FoundOrganisation,
    FoundersLimits,
    CreateAdmin,
    RegisterAccount,
    WhoAmI,
    RefusedLogIns,
    VerifiedAddresses,
    VerifyEmail,
    ReplacePassword,
    ChangePassword,
    ResetPassword,
    AccountMails,
    SendAccountMails,
    LogIn,
    LogOut,
    OwnSessions,
    CheckSession,
    RefreshSession,
    SwitchOrganisation,
    ForgetEnded,
    CreateOrganisation,
    CurrentOrganisation,
    DeleteOrganisation,
    ListOrganisations,
    ManageMembers,
    RoleOf,
    Invitations,
    Join,
    ManageApiKeys,
    VerifyApiKey,
    KnownKeys,
  ],
})
export class IdentityModule {}
