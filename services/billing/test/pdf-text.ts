/*
 * The texts of a PDF that was drawn with its content uncompressed, as a reader finds them: by the glyphs that are shown and the
 * tables that say which character each of them is. Pages in their order, one text for each piece that was placed.
 */
export function textsOf(pdf: Buffer): string[][] {
  const objects = new Map<string, string>();
  for (const [, id = '', body = ''] of pdf.toString('latin1').matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g))
    objects.set(id, body);
  const pointed = (body: string, key: string) =>
    objects.get(new RegExp(`/${key} (\\d+) 0 R`).exec(body)?.[1] ?? '') ?? '';
  const pages =
    /\/Kids \[(.*?)\]/.exec([...objects.values()].find((one) => /\/Type \/Pages/.test(one)) ?? '')?.[1] ?? '';
  return [...pages.matchAll(/(\d+) 0 R/g)].map(([, id = '']) => {
    const page = objects.get(id) ?? '';
    const fonts = new Map(
      [...pointed(page, 'Resources').matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name = '', font = '']) => [
        name,
        charactersOf(pointed(objects.get(font) ?? '', 'ToUnicode')),
      ]),
    );
    return [...pointed(page, 'Contents').matchAll(/\/(F\d+) [\d.]+ Tf([\s\S]*?)ET/g)].map(([, name = '', shown = '']) =>
      [...shown.matchAll(/<([0-9a-f]+)>/g)]
        .flatMap(([, glyphs = '']) => glyphs.match(/.{4}/g) ?? [])
        .map((glyph) => fonts.get(name)?.[Number.parseInt(glyph, 16)] ?? '?')
        .join(''),
    );
  });
}

/** Of each glyph, in pieces of 256. */
const charactersOf = (map: string): string[] =>
  [...map.matchAll(/<[0-9a-f]{4}> <[0-9a-f]{4}> \[(.*?)\]/g)].flatMap(([, list = '']) =>
    [...list.matchAll(/<(.*?)>/g)].map(([, units = '']) =>
      (units.replaceAll(' ', '').match(/.{4}/g) ?? [])
        .map((unit) => String.fromCharCode(Number.parseInt(unit, 16)))
        .join(''),
    ),
  );
