import { weaknessOf } from './password.rules.ts';

const about = { email: 'ada.lovelace@engines.example', name: 'Ada Lovelace', installation: 'Tidegate' };

it.each([
  ['qwerty123456', 'common'],
  ['1qaz2wsx3edc', 'common'],
  ['Password1234', 'common'],
  ['P@ssw0rd1234', 'common'],
  ['dragondragon', 'common'],
  ['!!monkey!!!!2026', 'common'],
  ['aaaaaaaaaaaa', 'repeated'],
  ['ababababababab', 'repeated'],
  ['ab12ab12ab12', 'repeated'],
  ['abcdefghijklm', 'repeated'],
  ['987654321098', 'repeated'],
  ['qwertzuiopas', 'repeated'],
  ['ada.lovelace@engines.example', 'personal'],
  ['lovelace2026!', 'personal'],
  ['Tidegate-2026', 'personal'],
  ['AdaLovelace42', 'personal'],
])('refuses %s as %s', (password, weakness) => {
  expect(weaknessOf(password, about)).toBe(weakness);
});

it.each([
  'correct horse battery staple',
  'an even better password',
  'tidegate opens with purple rain',
  'wqxv-7fhk-zzpl-3jtd',
  'пароль длинный и свой',
  'lovelace likes green rivers',
  '2f8e1c5b7a90d3',
])('takes %s', (password) => {
  expect(weaknessOf(password, about)).toBeUndefined();
});
