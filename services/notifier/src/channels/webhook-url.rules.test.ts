import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { webhookUrl } from './webhook-url.rules.ts';

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
