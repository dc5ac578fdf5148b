import '../all.ts';
import { operations } from './registry.ts';

/*
 * What an API key may do when the API calls of the plan are used up. An operation that is missing here locks somebody
 * out; one too many is free of charge.
 */
test('a used-up quota never locks people out of their account', () => {
  const free = operations()
    .filter(({ http, metered }) => http && !metered)
    .map(({ service, name }) => `${service} ${name}`)
    .sort();
  expect(free).toMatchInlineSnapshot(`
[
  "billing checkout.create",
  "billing checkout.finish",
  "billing coupons.end",
  "billing coupons.give",
  "billing credits.end",
  "billing credits.get",
  "billing credits.give",
  "billing credits.list",
  "billing entitlements.current",
  "billing grants.create",
  "billing grants.delete",
  "billing grants.list",
  "billing invoices.charge-once",
  "billing invoices.credit",
  "billing invoices.get",
  "billing invoices.list",
  "billing invoices.pay",
  "billing invoices.void",
  "billing orders.decide",
  "billing orders.list",
  "billing organisations.billing",
  "billing organisations.search",
  "billing organisations.story",
  "billing packages.order",
  "billing plans.apply",
  "billing plans.diff",
  "billing plans.export",
  "billing plans.list",
  "billing plans.move",
  "billing plans.validate",
  "billing portal.create",
  "billing revenue.get",
  "billing stripe.list-events",
  "billing stripe.publish-prices",
  "billing stripe.replay-event",
  "billing subscriptions.cancel",
  "billing subscriptions.change",
  "billing subscriptions.get",
  "billing subscriptions.pause",
  "billing subscriptions.preview",
  "billing subscriptions.resume",
  "billing subscriptions.set",
  "bot-executor bots.stop",
  "gateway installation.get",
  "identity accounts.me",
  "identity accounts.register",
  "identity emails.resend-verification",
  "identity emails.verify",
  "identity invitations.accept",
  "identity invitations.create",
  "identity invitations.decline",
  "identity invitations.list",
  "identity invitations.own",
  "identity invitations.revoke",
  "identity jwks.get",
  "identity keys.create",
  "identity keys.list",
  "identity keys.revoke",
  "identity members.change-role",
  "identity members.leave",
  "identity members.list",
  "identity members.remove",
  "identity organisations.create",
  "identity organisations.delete",
  "identity organisations.get",
  "identity organisations.list",
  "identity organisations.rename",
  "identity passwords.change",
  "identity passwords.forgotten",
  "identity passwords.reset",
  "identity service-keys.create",
  "identity service-keys.list",
  "identity service-keys.revoke",
  "identity sessions.list",
  "identity sessions.login",
  "identity sessions.logout",
  "identity sessions.refresh",
  "identity sessions.revoke",
  "identity sessions.switch-organisation",
  "monitor-agent servers.add-platform",
  "notifier channels.confirm",
  "notifier channels.unsubscribe",
  "usage entitlements.check",
  "usage holds.commit",
  "usage holds.release",
  "usage meters.list",
  "usage settings.get",
  "usage settings.set",
  "usage usage.current",
  "usage usage.estimate",
  "usage usage.events",
  "usage usage.history",
  "usage usage.limits",
  "usage usage.rejected",
  "usage usage.return-lease",
]
`);
});

test('an operation of the account cannot be declared an API call, and reading data is one', () => {
  const metered = operations().filter((operation) => operation.metered);
  for (const { scope } of metered) expect(scope).toMatch(/^(servers|bots|channels):(read|write)$|^usage:write$/);
  expect(metered.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['markets.list', 'servers.list', 'bots.create']),
  );
});
