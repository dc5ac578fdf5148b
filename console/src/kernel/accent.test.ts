import { contrastOf, readableAccent } from './accent.rules.ts';

/* Page, surface and raised surface of both themes, as tokens.css has them. */
const LIGHT = ['#ffffff', '#f6f8fa', '#eaeef3'];
const DARK = ['#0f1419', '#171d25', '#212934'];

test('contrast is that of the standard', () => {
  expect(contrastOf('#000000', '#ffffff')).toBeCloseTo(21, 5);
  expect(contrastOf('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

test.each(['#ffff00', '#000000', '#ffffff', '#1d5fbf', '#ff0000', '#7f7f7f'])(
  '%s can be read in both themes',
  (own) => {
    for (const grounds of [LIGHT, DARK]) {
      const accent = readableAccent(own, grounds);
      for (const ground of grounds) expect(contrastOf(accent, ground)).toBeGreaterThanOrEqual(4.5);
    }
  },
);

test('a colour that can be read stays as it is', () => {
  expect(readableAccent('#1d5fbf', LIGHT)).toBe('#1d5fbf');
});
