import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import PDFDocument from 'pdfkit';
import { type InvoiceSheet, invoiceSheet, type ToPrint } from './invoice-sheet.rules.ts';

/*
 * Draws an invoice on pages of A4. Same words, same bytes: the document is dated by the invoice, and its id is made of
 * that. Each text is measured, and placed by its height, so that nothing that a customer is called moves anything else.
 */
const font = (name: string) => fileURLToPath(new URL(`../../assets/fonts/${name}.ttf`, import.meta.url));
const PLAIN = font('DejaVuSans');
const BOLD = readFileSync(font('DejaVuSans-Bold'));

const [WIDTH, HEIGHT] = [595.28, 841.89];
const MARGIN = 50;
const RIGHT = WIDTH - MARGIN;
/** Below it stands the number of the page. */
const BOTTOM = HEIGHT - 70;
const SIZE = 8;
const GAP = 5;
const GREY = '#555555';
const COLUMNS = [
  { x: MARGIN, width: 164, align: 'left' },
  { x: 220, width: 114, align: 'left' },
  { x: 338, width: 54, align: 'right' },
  { x: 396, width: 68, align: 'right' },
  { x: 468, width: RIGHT - 468, align: 'right' },
] as const;

/** `plainly`: its content is not compressed, so that a test reads it. */
export async function drawInvoice(task: ToPrint, { plainly = false } = {}): Promise<Buffer> {
  const { invoice, locale } = task;
  const doc = new PDFDocument({
    size: 'A4',
    // What leaves no margin below never begins a page by itself.
    margin: 0,
    bufferPages: true,
    compress: !plainly,
    font: PLAIN,
    lang: locale,
    displayTitle: true,
    pdfVersion: '1.7',
    info: { Producer: 'Tidegate', Creator: 'Tidegate', CreationDate: invoice.issued_at ?? invoice.created_at },
  });
  doc.registerFont('plain', PLAIN).registerFont('bold', BOLD).font('plain');
  const sheet = invoiceSheet(task, glyphsOf(doc));
  // It stands in the file as text, in places with other rules of escaping; everything else is glyphs.
  doc.info.Title = sheet.title.replaceAll(/[^\p{L}\p{N} .-]/gu, '');
  const parts: Buffer[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    doc.on('data', (part: Buffer) => parts.push(part));
    doc.once('end', resolve);
    doc.once('error', reject);
  });
  const below = drawHead(doc, sheet);
  drawSums(doc, sheet, drawRows(doc, sheet, below));
  numberPages(doc, sheet);
  doc.end();
  await ended;
  return Buffer.concat(parts);
}

type Doc = InstanceType<typeof PDFDocument>;
type Place = { x: number; width: number; align?: 'left' | 'right' };

/** What the types leave out: which characters the current font has. */
function glyphsOf(doc: Doc): (codePoint: number) => boolean {
  const { _font } = doc as unknown as { _font: { font: { hasGlyphForCodePoint(codePoint: number): boolean } } };
  return (codePoint) => _font.font.hasGlyphForCodePoint(codePoint);
}

/** Returns where the next text can begin. */
function write(doc: Doc, text: string, { x, width, align = 'left' }: Place, y: number): number {
  if (text === '') return y;
  const height = doc.heightOfString(text, { width });
  doc.text(text, x, y, { width, align });
  return y + height;
}

/** A number is never broken into lines: one that is too long is written smaller. */
function writeNumber(doc: Doc, text: string, { x, width }: Place, y: number): void {
  const wanted = doc.widthOfString(text);
  if (wanted > width) doc.fontSize((SIZE * width) / wanted - 0.1);
  doc.text(text, x + width - doc.widthOfString(text), y, { lineBreak: false });
  doc.fontSize(SIZE);
}

function drawHead(doc: Doc, { title, state, seller, customer, facts }: InvoiceSheet): number {
  const [left, right] = [
    { x: MARGIN, width: 250 },
    { x: 330, width: RIGHT - 330 },
  ];
  let y = write(doc.font('bold').fontSize(18), title, { x: MARGIN, width: RIGHT - MARGIN }, MARGIN);
  y = write(
    doc
      .font('plain')
      .fontSize(SIZE + 1)
      .fillColor(GREY),
    state,
    { x: MARGIN, width: RIGHT - MARGIN },
    y + 4,
  );
  doc.fillColor('black').fontSize(SIZE);
  const top = y + 24;
  let ofCustomer = write(doc.fillColor(GREY), customer.title, left, top) + 2;
  doc.fillColor('black');
  for (const [index, line] of customer.lines.entries())
    ofCustomer = write(doc.font(index === 0 ? 'bold' : 'plain'), line, left, ofCustomer);
  let ofSeller = top;
  for (const [index, line] of seller.entries())
    ofSeller = write(doc.font(index === 0 ? 'bold' : 'plain'), line, right, ofSeller);
  y = ofSeller + 12;
  for (const [name, value] of facts) {
    write(doc.font('plain').fillColor(GREY), name, { x: right.x, width: 80 }, y);
    y = write(doc.fillColor('black'), value, { x: right.x + 84, width: right.width - 84 }, y) + 2;
  }
  return Math.max(ofCustomer, y) + 24;
}

/** Never splits a row; each page has the names of the columns. */
function drawRows(doc: Doc, { columns, rows }: InvoiceSheet, below: number): number {
  let y = drawColumns(doc, columns, below);
  for (const row of rows) {
    const texts = row.slice(0, 2).map((text, n) => doc.heightOfString(text, { width: COLUMNS[n]?.width ?? 0 }));
    const height = Math.max(...texts);
    if (y + height > BOTTOM) {
      doc.addPage();
      y = drawColumns(doc, columns, MARGIN);
    }
    for (const [n, place] of COLUMNS.entries()) (n < 2 ? write : writeNumber)(doc, row[n] ?? '', place, y);
    y += height + GAP;
  }
  return line(doc, y);
}

function drawColumns(doc: Doc, columns: InvoiceSheet['columns'], y: number): number {
  doc.font('bold').fontSize(SIZE);
  const below = Math.max(...COLUMNS.map((place, n) => write(doc, columns[n] ?? '', place, y)));
  doc.font('plain');
  return line(doc, below + 3) + GAP;
}

function drawSums(doc: Doc, { sums }: InvoiceSheet, below: number): void {
  const height = sums.length * (doc.currentLineHeight() + GAP);
  let y = below + GAP;
  if (y + height > BOTTOM) {
    doc.addPage();
    y = MARGIN;
  }
  for (const [n, [name, value]] of sums.entries()) {
    doc.font(n === sums.length - 1 ? 'bold' : 'plain');
    write(doc, name, { x: 250, width: 160, align: 'right' }, y);
    y = write(doc, value, { x: 414, width: RIGHT - 414, align: 'right' }, y) + GAP;
  }
}

function numberPages(doc: Doc, { title, page }: InvoiceSheet): void {
  const { count } = doc.bufferedPageRange();
  doc
    .font('plain')
    .fontSize(SIZE - 1)
    .fillColor(GREY);
  for (let index = 0; index < count; index += 1) {
    doc.switchToPage(index);
    write(
      doc,
      `${title} · ${page(index + 1, count)}`,
      { x: MARGIN, width: RIGHT - MARGIN, align: 'right' },
      HEIGHT - 50,
    );
  }
}

function line(doc: Doc, y: number): number {
  doc.moveTo(MARGIN, y).lineTo(RIGHT, y).lineWidth(0.5).strokeColor('#999999').stroke();
  return y;
}
