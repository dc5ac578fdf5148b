import { Module } from '@nestjs/common';
import { EntitlementsModule } from '@tidegate/entitlements/entitlements.module';
import { ChannelConsent } from './channels/channel-consent.ts';
import { ChannelSecrets } from './channels/channel-secrets.ts';
import { Confirmations } from './channels/confirmations.ts';
import { CountThings } from './channels/count-things.ts';
import { CreateChannel } from './channels/create-channel.ts';
import { ManageChannels } from './channels/manage-channels.ts';
import { RestrictChannels } from './channels/restrict-channels.ts';
import { RotateSecret } from './channels/rotate-secret.ts';
import { SealUrls } from './channels/seal-urls.ts';
import { WebhookHosts } from './channels/webhook-hosts.ts';
import { AttemptDelivery } from './deliveries/attempt-delivery.ts';
import { DeleteOldDeliveries } from './deliveries/delete-old-deliveries.loop.ts';
import { DeliverMessages } from './deliveries/deliver-messages.loop.ts';
import { DeliverySenders } from './deliveries/delivery-senders.ts';
import { MailSender } from './deliveries/mail-sender.ts';
import { MeasureQueue } from './deliveries/measure-queue.loop.ts';
import { NotificationQuota } from './deliveries/notification-quota.ts';
import { OrganisationSenders } from './deliveries/organisation-senders.ts';
import { ReadDeliveries } from './deliveries/read-deliveries.ts';
import { RetryDelivery } from './deliveries/retry-delivery.ts';
import { SendAccountMail } from './deliveries/send-account-mail.ts';
import { TestChannel } from './deliveries/test-channel.ts';
import { WebhookSender } from './deliveries/webhook-sender.ts';
import { FillDemo } from './demo/fill-demo.ts';
import { DeleteOldHappenings } from './feed/delete-old-happenings.loop.ts';
import { ListFeed } from './feed/list-feed.ts';
import { RecordBillingAndTeam } from './feed/record-billing-and-team.ts';
import { RecordHappening } from './feed/record-happening.ts';
import { RecordMonitoringAndTrading } from './feed/record-monitoring-and-trading.ts';
import { NotifyChannels } from './notices/notify-channels.ts';
import { NotifyOfBilling } from './notices/notify-of-billing.ts';
import { QueueNotice } from './notices/queue-notice.ts';
import { LearnOwners } from './owners/learn-owners.ts';
import { DeleteOldStatus } from './status/delete-old-status.loop.ts';
import { KeepStatus } from './status/keep-status.ts';
import { ManageIncidents } from './status/manage-incidents.ts';

@Module({
  imports: [EntitlementsModule],
  controllers: [
    CountThings,
    ChannelConsent,
    ManageChannels,
    ReadDeliveries,
    LearnOwners,
    CreateChannel,
    RotateSecret,
    TestChannel,
    RetryDelivery,
    SendAccountMail,
    NotifyChannels,
    NotifyOfBilling,
    FillDemo,
    ManageIncidents,
    KeepStatus,
    ListFeed,
    RecordMonitoringAndTrading,
    RecordBillingAndTeam,
  ],
  providers: [
    ChannelSecrets,
    Confirmations,
    RestrictChannels,
    DeleteOldDeliveries,
    SealUrls,
    QueueNotice,
    MeasureQueue,
    WebhookHosts,
    MailSender,
    OrganisationSenders,
    WebhookSender,
    NotificationQuota,
    DeliverySenders,
    AttemptDelivery,
    DeliverMessages,
    DeleteOldStatus,
    RecordHappening,
    DeleteOldHappenings,
  ],
})
export class NotifierModule {}
