import { Module } from '@nestjs/common';
import { EntitlementsModule } from '@tidegate/entitlements/entitlements.module';
import { ConfirmChannel } from './channels/channel-consent.ts';
import { ChannelSecrets } from './channels/channel-secrets.ts';
import { Confirmations } from './channels/confirmations.ts';
import { CreateChannel } from './channels/create-channel.ts';
import { DeleteChannel } from './channels/delete-channel.ts';
import { GetChannel } from './channels/get-channel.ts';
import { ListChannels } from './channels/list-channels.ts';
import { RotateSecret } from './channels/rotate-secret.ts';
import { SealUrls } from './channels/seal-urls.ts';
import { UnsubscribeChannel } from './channels/unsubscribe-channel.ts';
import { UpdateChannel } from './channels/update-channel.ts';
import { WebhookHosts } from './channels/webhook-hosts.ts';
import { AttemptDelivery } from './deliveries/attempt-delivery.ts';
import { ForgetDeliveries } from './deliveries/delete-old-deliveries.loop.ts';
import { DeliverMessages } from './deliveries/deliver-messages.loop.ts';
import { DeliverySenders } from './deliveries/delivery-senders.ts';
import { GetDelivery } from './deliveries/get-delivery.ts';
import { ListDeliveries } from './deliveries/list-deliveries.ts';
import { MailSender } from './deliveries/mail-sender.ts';
import { MeasureQueue } from './deliveries/measure-queue.loop.ts';
import { NotificationQuota } from './deliveries/notification-quota.ts';
import { RetryDelivery } from './deliveries/retry-delivery.ts';
import { SendAccountMail } from './deliveries/send-account-mail.ts';
import { TestChannel } from './deliveries/test-channel.ts';
import { WebhookSender } from './deliveries/webhook-sender.ts';
import { NotifyChannels } from './notices/notify-channels.ts';
import { QueueNotice } from './notices/queue-notice.ts';
import { LearnOwners } from './owners/learn-owners.ts';

@Module({
  imports: [EntitlementsModule],
  controllers: [
    ConfirmChannel,
    LearnOwners,
    CreateChannel,
    ListChannels,
    GetChannel,
    UpdateChannel,
    DeleteChannel,
    RotateSecret,
    TestChannel,
    ListDeliveries,
    GetDelivery,
    RetryDelivery,
    SendAccountMail,
    UnsubscribeChannel,
    NotifyChannels,
  ],
  providers: [
    ChannelSecrets,
    Confirmations,
    SealUrls,
    QueueNotice,
    MeasureQueue,
    WebhookHosts,
    MailSender,
    WebhookSender,
    NotificationQuota,
    DeliverySenders,
    AttemptDelivery,
    DeliverMessages,
    ForgetDeliveries,
  ],
})
export class NotifierModule {}
