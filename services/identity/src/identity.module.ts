import { Module } from '@nestjs/common';
import { EntitlementsModule } from '@tidegate/entitlements/entitlements.module';
import { ChangePassword } from './accounts/change-password.ts';
import { CreateAdmin } from './accounts/create-admin.ts';
import { LoginThrottle } from './accounts/login-throttle.ts';
import { PasswordHashing } from './accounts/password-hashing.ts';
import { RefusedLogIns } from './accounts/refused-log-ins.ts';
import { RegisterAccount } from './accounts/register-account.ts';
import { ReplacePassword } from './accounts/replace-password.ts';
import { ResetPassword } from './accounts/reset-password.ts';
import { VerifiedAddresses } from './accounts/verified-addresses.ts';
import { VerifyEmail } from './accounts/verify-email.ts';
import { WhoAmI } from './accounts/who-am-i.ts';
import { KnownKeys } from './api-keys/known-keys.ts';
import { ManageApiKeys } from './api-keys/manage-api-keys.ts';
import { VerifyApiKey } from './api-keys/verify-api-key.ts';
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
import { FoundersLimits } from './organisations/founders-limits.ts';
import { ListOrganisations } from './organisations/list-organisations.ts';
import { OwnersPlan } from './organisations/owners-plan.ts';
import { CheckSession } from './sessions/check-session.ts';
import { ForgetEnded } from './sessions/forget-ended.loop.ts';
import { LogIn } from './sessions/log-in.ts';
import { LogOut } from './sessions/log-out.ts';
import { OwnSessions } from './sessions/own-sessions.ts';
import { RefreshSession } from './sessions/refresh-session.ts';
import { Sessions } from './sessions/sessions.ts';
import { SwitchOrganisation } from './sessions/switch-organisation.ts';
import { AccessTokens } from './signing-keys/access-tokens.ts';
import { GetJwks } from './signing-keys/get-jwks.ts';
import { SigningKeys } from './signing-keys/signing-keys.ts';

@Module({
  imports: [EntitlementsModule],
  controllers: [
    CreateAdmin,
    RegisterAccount,
    WhoAmI,
    VerifyEmail,
    ChangePassword,
    ResetPassword,
    LogIn,
    LogOut,
    OwnSessions,
    CheckSession,
    RefreshSession,
    SwitchOrganisation,
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
    GetJwks,
    OwnersPlan,
  ],
  providers: [
    AccessTokens,
    PasswordHashing,
    LoginThrottle,
    Sessions,
    FoundOrganisation,
    RefusedLogIns,
    VerifiedAddresses,
    ReplacePassword,
    AccountMails,
    SendAccountMails,
    ForgetEnded,
    KnownKeys,
    FoundersLimits,
    SigningKeys,
  ],
})
export class IdentityModule {}
