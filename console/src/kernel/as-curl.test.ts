import { asCurl } from './as-curl.ts';

test('a read becomes a command that asks for the same, without a secret in it', async () => {
  const input = { serverId: 'a/b', search: "it's 100 % $(rm)", limit: 50 };
  expect(await asCurl({ name: 'serversTables', input }, 'https://tidegate.example.com')).toBe(
    `curl --fail-with-body -H "Authorization: Bearer $TIDEGATE_KEY" 'https://tidegate.example.com/api/v1/servers/a%2Fb/tables?search=it%27s+100+%25+%24%28rm%29&limit=50'`,
  );
});

test('a read with a body is sent as one', async () => {
  const input = { product: 'monitoring', plan: "it's", interval: 'month' };
  expect(await asCurl({ name: 'subscriptionsPreview', input }, 'https://tidegate.example.com')).toBe(
    String.raw`curl --fail-with-body -H "Authorization: Bearer $TIDEGATE_KEY" -H 'Content-Type: application/json' -d '{"product":"monitoring","plan":"it'\''s","interval":"month"}' 'https://tidegate.example.com/api/v1/billing/preview'`,
  );
});
