import { dialogsOf, JudgedDialogs } from './judged-dialogs.ts';

test('every dialog and panel of the console is known by its name', () => {
  const known = new JudgedDialogs().known.map(({ id }) => id);
  expect(known.length).toBeGreaterThan(55);
  expect(known).toEqual(
    expect.arrayContaining([
      'bots/bot-tables.tsx: Trade',
      'billing/upgrade-dialog.tsx: Change to {plan}',
      'operator/invoices.tsx: Withdraw the invoice {number}?',
      'session/log-in-again.tsx: Your session has ended',
    ]),
  );
});

test('a name is found wherever it is chosen, and what a component is given has its name elsewhere', () => {
  const source = `
    <Confirm onYes={() => go({ a: 1 })} label={t('Go')} question={late ? t('Go late, {name}?', { name }) : t('Go?')} />
    <Modal opened onClose={close} title={question}><p title={t('No dialog')} /></Modal>
    <WithPanel panel={(row) => <Row of={row} />} title={t('{count, plural, one {# row} other {# rows}} (all)')}>`;
  const found = dialogsOf([{ path: 'x.tsx', source }]);
  expect(found.map(({ id }) => id)).toEqual([
    'x.tsx: Go late, {name}?',
    'x.tsx: Go?',
    'x.tsx: {count, plural, one {# row} other {# rows}} (all)',
  ]);
  expect(found[0]?.called.test('Go late, A person?')).toBe(true);
  expect(found[1]?.called.test('Go late, A person?')).toBe(false);
  expect(found[2]?.called.test('3 rows (all)')).toBe(true);
});
