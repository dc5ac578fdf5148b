import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { maskedUrl, webhookUrl } from './webhook-url.rules.ts';

it('keeps address, port, path and query and drops the fragment', () => {
  expect(webhookUrl('https://Example.com:8443/a/b?c=d#e').href).toBe('https://example.com:8443/a/b?c=d');
  expect(webhookUrl('http://example.com').href).toBe('http://example.com/');
});

it.each([
  ['not an address', 'invalid_url'],
  ['/hooks', 'invalid_url'],
  ['ftp://example.com/', 'invalid_url'],
  ['file:///etc/passwd', 'invalid_url'],
  ['javascript:alert(1)', 'invalid_url'],
  ['https://', 'invalid_url'],
  ['https://user@example.com/', 'credentials_in_url'],
  ['https://user:word@example.com/', 'credentials_in_url'],
])('refuses %s and says what to do', (text, code) => {
  try {
    webhookUrl(text);
    throw new Error('was accepted');
  } catch (error) {
    expect(error).toBeInstanceOf(ProblemError);
    expect((error as ProblemError).data['errors']).toMatchObject([{ field: '/url', code }]);
  }
});

it.each([
  ['https://example.com/hooks/tidegate', 'https://example.com/hooks/tidegate'],
  ['http://127.0.0.1:8080/hook', 'http://127.0.0.1:8080/hook'],
  ['https://example.com/hook?token=CANARY&x=1', 'https://example.com/hook?***'],
  [
    'https://hooks.example.com/services/T0123ABCD/B0123ABCD/CANARYcanary123',
    'https://hooks.example.com/services/***/***/***',
  ],
  [
    'https://example.com/api/webhooks/123456789012345678/CANARY-with-_dashes1',
    'https://example.com/api/webhooks/***/***',
  ],
  ['https://example.com/canarywithoutanydigitatall/x', 'https://example.com/***/x'],
  ['https://hooks.example.com/hooks/catch/1234567/abc1de/', 'https://hooks.example.com/hooks/catch/***/***/'],
  ['https://example.com/api/v2/Incoming-web_hooks/CaNaRy', 'https://example.com/api/v2/Incoming-web_hooks/***'],
  ['https://example.com/bot12:CANARY/sendMessage', 'https://example.com/***/***'],
  ['https://example.com/hook;key=canary', 'https://example.com/***'],
])('shows %s as %s', (url, shown) => {
  expect(maskedUrl(new URL(url))).toBe(shown);
});
