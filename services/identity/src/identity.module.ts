import { Module } from '@nestjs/common';
import { EntitlementsModule } from '@tidegate/entitlements/entitlements.module';
import { ChangeEmail } from './accounts/change-email.ts';
import { ChangePassword } from './accounts/change-password.ts';
import { ConfirmOwner } from './accounts/confirm-owner.ts';
import { CreateAdmin } from './accounts/create-admin.ts';
import { DeleteAccount } from './accounts/delete-account.ts';
import { MakeLink } from './accounts/make-link.ts';
import { NewAccounts } from './accounts/new-accounts.ts';
import { RegisterAccount } from './accounts/register-account.ts';
import { ReplacePassword } from './accounts/replace-password.ts';
import { ForgotPassword, ResetPassword } from './accounts/reset-password.ts';
import { UndoEmailChange } from './accounts/undo-email-change.ts';
import { VerifyEmail } from './accounts/verify-email.ts';
import { WhoAmI } from './accounts/who-am-i.ts';
import { DescribeKeys } from './api-keys/describe-keys.ts';
import { KeyUses } from './api-keys/key-uses.loop.ts';
import { KnownKeys } from './api-keys/known-keys.ts';
import { ManageApiKeys } from './api-keys/manage-api-keys.ts';
import { RotateApiKey } from './api-keys/rotate-api-key.ts';
import { VerifyApiKey } from './api-keys/verify-api-key.ts';
import { ListAudit } from './audit/list-audit.ts';
import { NoteRefused } from './audit/note-refused.ts';
import { RecordActions } from './audit/record-actions.ts';
import { CurrentPassword } from './authentication/current-password.ts';
import { LogInRefusals } from './authentication/log-in-refusals.ts';
import { LoginThrottle } from './authentication/login-throttle.ts';
import { NewPasswords } from './authentication/new-passwords.ts';
import { PasswordHashing } from './authentication/password-hashing.ts';
import { OpenDemo } from './demo/open-demo.ts';
import { RemoveDemo } from './demo/remove-demo.ts';
import { CheckDomains } from './domains/check-domains.loop.ts';
import { DomainRecords } from './domains/domain-records.ts';
import { Domains } from './domains/domains.ts';
import { ProveDomain } from './domains/prove-domain.ts';
import { DemoGuests } from './kernel/demo-guests.ts';
import { VerifiedAddresses } from './kernel/people.ts';
import { Links } from './links/links.ts';
import { ConfirmReplyAddress } from './mail-senders/confirm-reply-address.ts';
import { MailSenders } from './mail-senders/mail-senders.ts';
import { ReplyAddresses } from './mail-senders/reply-addresses.ts';
import { AccountMails } from './mails/account-mails.ts';
import { SendAccountMails } from './mails/send-account-mails.loop.ts';
import { Invitations } from './members/invitations.ts';
import { ManageMembers } from './members/manage-members.ts';
import { ReceivedInvitations } from './members/received-invitations.ts';
import { RestrictAccess } from './members/restrict-access.ts';
import { CountThings } from './organisations/count-things.ts';
import { CreateOrganisation } from './organisations/create-organisation.ts';
import { DeleteOrganisation } from './organisations/delete-organisation.ts';
import { EndOrganisation } from './organisations/end-organisation.ts';
import { Exports } from './organisations/exports.ts';
import { NewOrganisation } from './organisations/new-organisation.ts';
import { Organisations } from './organisations/organisations.ts';
import { OwnersPlan } from './organisations/owners-plan.ts';
import { OwnershipLimits } from './organisations/ownership-limits.ts';
import { DeleteExpired } from './retention/delete-expired.loop.ts';
import { ServiceKeys } from './service-keys/service-keys.ts';
import { LogIn } from './sessions/log-in.ts';
import { NoteRefusedLogIns } from './sessions/note-refused-log-ins.ts';
import { OwnSessions } from './sessions/own-sessions.ts';
import { RefreshSession } from './sessions/refresh-session.ts';
import { Sessions } from './sessions/sessions.ts';
import { SwitchOrganisation } from './sessions/switch-organisation.ts';
import { AccessTokens } from './signing-keys/access-tokens.ts';
import { GetJwks } from './signing-keys/get-jwks.ts';
import { RotateSigningKeys } from './signing-keys/rotate-signing-keys.ts';
import { SigningKeys } from './signing-keys/signing-keys.ts';
import { Themes } from './themes/themes.ts';

@Module({
  imports: [EntitlementsModule],
  controllers: [
    CountThings,
    CreateAdmin,
    RegisterAccount,
    WhoAmI,
    VerifyEmail,
    ChangePassword,
    ForgotPassword,
    ResetPassword,
    ChangeEmail,
    UndoEmailChange,
    MakeLink,
    DeleteAccount,
    OpenDemo,
    RemoveDemo,
    LogIn,
    OwnSessions,
    RefreshSession,
    SwitchOrganisation,
    CreateOrganisation,
    Organisations,
    DeleteOrganisation,
    Exports,
    ManageMembers,
    Invitations,
    ReceivedInvitations,
    ManageApiKeys,
    DescribeKeys,
    RotateApiKey,
    VerifyApiKey,
    Links,
    ServiceKeys,
    GetJwks,
    RotateSigningKeys,
    Themes,
    Domains,
    ProveDomain,
    MailSenders,
    ConfirmReplyAddress,
    OwnersPlan,
    RecordActions,
    NoteRefused,
    ListAudit,
  ],
  providers: [
    DemoGuests,
    ReplyAddresses,
    AccessTokens,
    PasswordHashing,
    LoginThrottle,
    Sessions,
    LogInRefusals,
    NoteRefusedLogIns,
    VerifiedAddresses,
    ReplacePassword,
    NewAccounts,
    ConfirmOwner,
    CurrentPassword,
    NewPasswords,
    EndOrganisation,
    KeyUses,
    AccountMails,
    SendAccountMails,
    DeleteExpired,
    KnownKeys,
    RestrictAccess,
    OwnershipLimits,
    SigningKeys,
    NewOrganisation,
    DomainRecords,
    CheckDomains,
  ],
})
export class IdentityModule {}
