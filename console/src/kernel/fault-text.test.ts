import { FIELD_TEXTS } from '@tidegate/contracts/kernel/field-texts';
import { faultAt } from '@tidegate/contracts/kernel/problem';
import { chooseLocale, unchooseLocale } from '../../test/choose-locale.ts';
import { faultText } from './fault-text.ts';

const tooLong = faultAt('/title', 'too_big', 'At most {maximum} characters.', { maximum: 120 });

afterEach(unchooseLocale);

test('in English a field says what the platform said', () => {
  expect(faultText(tooLong)).toBe('At most 120 characters.');
});

test('in German it is said by its code and its values, and as it is where nobody knows the text', async () => {
  await chooseLocale('de');
  expect(faultText(tooLong)).toBe('Höchstens 120 Zeichen.');
  expect(faultText({ code: 'custom', message: 'from 0.1 to 10' })).toBe('von 0.1 bis 10');
  expect(faultText(faultAt('/url', 'invalid_url', FIELD_TEXTS.invalid_url[1]))).toBe(
    'Die Adresse muss mit https:// oder http:// beginnen',
  );
  const newer = { code: 'too_big', message: 'At most 7 of what is new.', params: { maximum: 7 } };
  expect(faultText(newer)).toBe('At most 7 of what is new.');
});
