import { COMMON_PROBLEM_TEXTS } from './common-problem-texts.ts';

/*
 * What a problem may say as its `detail`: by its code, the texts, with names in braces for what is put in. Whoever shows them in
 * another language finds a text by the code and takes the values out of it. A detail that is none of its problem's texts
 * does not compile; where nobody knows beforehand what is said, the text is all braces.
 */
export const PROBLEM_TEXTS = {
  ...COMMON_PROBLEM_TEXTS,
  addon_not_offered: ['At most {max} can be had.', 'The plan {plan} cannot have it.'],
  address_unproven: ['Request its mail: POST /api/v1/accounts/request.'],
  already_subscribed: ['{plan} is paid for already. Change it instead: PUT /api/v1/billing/subscription.'],
  backfill_over: ['It was not applied: there is nothing to take back.', 'It was taken back: ask for a new one.'],
  backtest_not_done: ['Only backtests with a result can be compared: wait until both are done.'],
  bot_halted: [
    'It cannot finish its trade. Start it again, or delete it: DELETE /api/v1/bots/{id}',
    'Its trade cannot be closed. Start it again, or delete it: DELETE /api/v1/bots/{id}',
  ],
  bot_not_stopped: ['Stop it first: POST /api/v1/bots/{id}/stop'],
  candles_scattered: [
    "The organisation's candles lie in {chunks} stretches of 4,096 intervals, and {limit} may be stored. Delete a series first (DELETE /api/v1/candles/imports), or use a longer interval.",
  ],
  catalogue_changed: [
    'Version {version} is in force, not {expected}. Look at the diff again, then apply.',
    'Version {version} of {plan} is in force by now, not {expected}. Look at a dry run again.',
  ],
  catalogue_invalid: ['Line {line}: {field} {message}'],
  channel_disabled: ['Enable it first: PATCH /api/v1/channels/{id} {"state":"active"}'],
  channel_unconfirmed: [
    'Its mail contains the token for POST /api/v1/channels/confirm; …/resend-confirmation sends another one.',
  ],
  confirmation_invalid: ['Ask for another confirmation mail.', 'This channel no longer exists.'],
  dead_letter_failed_again: ['{error}. Fix the cause, or discard it.'],
  domain_taken: ['Remove the other TXT record at {record} first, if the domain is yours.'],
  domain_unanswered: ['Look at the name servers of the domain, and try again.'],
  domain_unproven: [
    'Set the TXT record {record} to {value}. What name servers remember of it may take an hour to expire.',
  ],
  email_taken: [
    'Another account has this address. Log in to it, or delete it first.',
    'Log in instead: POST /api/v1/sessions. If the password is lost: POST /api/v1/password/forgotten, or ask the operator.',
  ],
  email_unverified: [
    'Open the link of the invitation: its token is proof enough.',
    'Send the token of the mail to POST /api/v1/me/email/verify; another mail: POST /api/v1/me/email/resend.',
    'Verify your own e-mail address first: POST /api/v1/me/email/verify.',
  ],
  export_running: ['It is being exported already. Wait until that has ended.'],
  headers_too_large: ['Send less than 16 kB of headers.'],
  hold_ended: ['It ends once.', 'Others may have its units: check again with a new key.'],
  host_not_allowed: [
    'Give a host name, or an address in its usual form.',
    'Give a host with a public address, or ask the operator to open your private network.',
    'Give a host with a public address.',
    'Give a port from 1 to 65535.',
    'Give a whole URL, like https://example.com/hook.',
    'Give an http or https URL.',
    'Take the user and password out of the URL.',
    'This address belongs to the cloud platform. Give another host.',
    'This is the machine that Tidegate runs on. Give a host with a public address.',
    'Use a public host name that resolves to an address.',
  ],
  host_not_resolvable: ['Check the spelling, and that public DNS knows it.'],
  interval_not_offered: [
    'The plan {plan} is sold by the {intervals} only.',
    'The plan {plan} is sold by the {intervals} only. The subscription is paid by the {running}; name the interval it should have.',
    '{yearly} of the subscriptions are paid by the year, and version {version} of {plan} has no yearly price. Write one and apply the catalogue, or put them on month first.',
  ],
  invalid_grant: ['Log in again.'],
  invitation_invalid: ['It was sent to another address: log in with the account of that one.'],
  invoice_not_payable: ['The invoice is {status}.'],
  invoice_of_provider: ['Its PDF is at `pdfUrl` of the invoice, once it is issued.'],
  invoice_too_long: ['Read it with its lines instead, without `/pdf`.'],
  last_owner: ['Make somebody else an owner first.'],
  lease_closed: [],
  mail_not_configured: ['Ask its operator for a link: npx tidegate users link <email>.'],
  market_in_use: ['Delete its candles and its bots first.'],
  meter_differs: ['Deactivate it at Stripe, or rename the feature.'],
  mode_not_available: ['Bots trade on the paper exchange so far.'],
  no_payment_method: ['Leave a card first: subscribe to a plan, or POST {portal}'],
  no_platform_database: ['An operator can offer it: MONITOR_PLATFORM_HOST and MONITOR_PLATFORM_PASSWORD.'],
  not_a_webhook: [],
  not_for_sale: [
    '{item} cannot be bought: it begins when an operator gives it.',
    '{item} cannot be bought: it is not sold with the plan {plan}.',
    '{item} cannot be bought: there is no price in {currency} by the {interval}; it costs nothing.',
    '{item} cannot be bought: there is no price in {currency} by the {interval}; it is sold in {offers}.',
    '{item} cannot be bought: there may be {max} of it.',
  ],
  organisation_limit_reached: [
    'One person owns at most {most} organisations on free plans. Choose another plan for one of them, delete one, or leave one that has another owner. An admin may do the same as an owner.',
    'One person owns at most {most} organisations. Choose another plan for one of them, delete one, or leave one that has another owner.',
  ],
  organisations_block: [
    'Nobody else is in them. Send deleteOrganisations: true to delete them with the account, or invite another owner.',
    'Others are in them. Make one of them an owner, or delete the organisation.',
  ],
  other_currency: [
    'Everything of this organisation is paid in {currency}.',
    'It has no price in your currency.',
    'It has no price in {currency}.',
  ],
  owners_only: ['Ask an owner of the organisation.', 'Log in as an owner: keys cannot export an organisation.'],
  package_not_usable: ['Choose a plan that has it first: prepaid units are used beyond what a plan includes.'],
  package_payment_needed: ['Buy it: POST {checkout}'],
  password_needed: ['Send currentPassword, or log in again.'],
  password_too_weak: [
    'It is made of your name, your address or the name of this place. Choose another one.',
    'It is one of the most common passwords, or one of their words with digits. Choose another one.',
    'It only repeats itself or follows the keyboard. Choose another one.',
  ],
  pause_not_available: ['Ask the operator.', 'It was paused before, and can be paused again from {at} on.'],
  payment_needed: [
    'Ask the operator of this installation: plans are set by hand here.',
    'Buy it: POST {checkout}',
    'It has no price in {currency}, in which this organisation is billed: ask the operator.',
  ],
  payment_needs_holder: ['Confirm the payment: {url}'],
  payment_refused: [
    'The payment provider refused this. Its operator finds why in the log.',
    'Your card was declined.',
    'Your card has expired.',
    'Your card has insufficient funds.',
    "Your card's security code is incorrect.",
    '{said}',
  ],
  payments_not_configured: [
    'Its operator sets STRIPE_SECRET_KEY to take payments (docs/billing.md).',
    'Its operator sets STRIPE_WEBHOOK_SECRET to take webhooks.',
    'No webhooks are taken here.',
  ],
  price_not_published: ['The operator publishes the catalogue with: npx tidegate stripe sync'],
  promotion_code_invalid: [
    'Another coupon runs for this product. Enter the code when that has ended.',
    'As many have used it as it is for.',
    'Codes are entered where this is paid: on the page of the checkout.',
    'It gives something whatever is paid: enter it by itself, POST /api/v1/billing/codes.',
    'It is for other plans.',
    'It is not for the currency of this organisation.',
    'It takes something off a price: enter it when you choose a plan.',
    'There is no such code.',
    'There is nothing to pay for this choice.',
    'This organisation has had what it gives.',
  ],
  request_timeout: ['Send the whole request within a minute.'],
  role_too_high: [
    'The role {granted} has scopes that you do not have: {scopes}.',
    'You are {own}, and this concerns the role {granted}.',
  ],
  seats_not_sold: ['Choose a plan that does: GET /api/v1/billing/plans'],
  secrets_overlap: [
    '{most} earlier secrets are still valid, the first of them until {until}. Wait, or end them all with "overlapHours": 0.',
  ],
  server_name_taken: [
    'Another server is called {name}. Choose another name.',
    'Another server is called {name}. Rename it first.',
  ],
  smtp_not_configured: ['Set SMTP_HOST and SMTP_FROM (see docs/notifications.md) and start Tidegate again.'],
  token_invalid: [
    'Ask the organisation to send the mail again.',
    'It has been used or has expired, or the address has another account. Ask the operator of this installation.',
    'It has been used or has expired. Log in, or request another mail: POST /api/v1/password/forgotten.',
    'Log in to the account that the mail is about, or request another mail.',
    'Request another mail: POST /api/v1/accounts/request.',
    'Request another mail: POST /api/v1/me/email/resend.',
  ],
  too_many_backtests: ['Too many are waiting. Cancel one, or try again later.'],
  too_many_orders: ['Pay one of them, or wait until they expire.', 'Pay what was ordered before, then order more.'],
  too_many_sweeps: ['At most {most} may wait or run. Cancel one, or come back later.'],
  too_many_uploads: ['Cancel one, or wait: GET /api/v1/candles/uploads shows them.'],
  too_many_versions: ['It has reached the limit of versions. Create another market.'],
  trial_not_available: [
    'Each product can be tried once.',
    'You, or an owner of this organisation, have tried it with another one.',
    'The trial begins when it is bought; nothing is charged until it ends.',
    '{plan} begins when an operator approves it.',
    '{plan} has no trial.',
  ],
  unknown_meter: ['Meters are: {meters}.'],
  unknown_package: ['Packages: {packages}.'],
  unknown_plan: [
    'Plans of {product}: {plans}.',
    'Plans: {plans}.',
    'There is no product {product}. Products: {products}.',
  ],
  usage_event_too_old: [
    'Events may be corrected for {days} days.',
    'A version before this one counted it, which did not store what it says.',
  ],
  usage_event_voided: ['A voided event stays void. Report what happened with a new id.'],
  webhook_malformed: ['It is signed, and neither an event nor a notification of one.'],
  webhook_signature_invalid: ['There is no Stripe-Signature of about now.'],
  wrong_credentials: [],
  wrong_password: ['Send your current password. If you have lost it: POST /api/v1/password/forgotten.'],
} as const satisfies Record<string, readonly string[]>;

type Filled<Text extends string> = Text extends `${infer Before}{${string}}${infer After}`
  ? `${Before}${string}${Filled<After>}`
  : Text;

/** What may stand in the detail of a problem; anything where the code is not known here. */
export type DetailOf<Code extends string> = Code extends keyof typeof PROBLEM_TEXTS
  ? Filled<(typeof PROBLEM_TEXTS)[Code][number]>
  : string;
