import { securityText } from './security-text.ts';

test('security.txt has what RFC 9116 demands, and never expires while it is served', () => {
  const config = {
    SECURITY_CONTACT: ['mailto:security@example.com', 'https://example.com/report'],
    SECURITY_POLICY: 'https://example.com/policy',
  };
  const text = securityText(config, 'https://tidegate.example.com', Date.parse('2026-11-29T12:00:00Z'));
  expect(text).toBe(
    'Contact: mailto:security@example.com\nContact: https://example.com/report\nExpires: 2027-05-28T00:00:00Z\n' +
      'Preferred-Languages: en, de\nCanonical: https://tidegate.example.com/.well-known/security.txt\nPolicy: https://example.com/policy\n',
  );
});
