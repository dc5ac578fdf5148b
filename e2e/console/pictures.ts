import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Of one run, in bytes: what CI keeps of each must stay small. */
const MOST = 60_000_000;
const QUALITY = 60;
/** In pixels: of a longer page only what is in sight. */
const LONGEST = 6_000;

/** Pages as people see them, where `SCREENSHOTS_DIR` says where to. */
export class Pictures {
  private readonly folder = process.env['SCREENSHOTS_DIR'];
  private bytes = 0;

  async take(page: Page, how: string): Promise<void> {
    if (!this.folder || this.bytes > MOST) return;
    const address = new URL(page.url());
    const path = address.pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'x').replaceAll('/', '_');
    const [dialog = ''] = await page.getByRole('dialog').allInnerTexts();
    const parts = [path, address.search, dialog].map((text) => text.replace(/\W+/g, '_').slice(0, 60));
    const height = await page.evaluate<number>('document.documentElement.scrollHeight');
    const fullPage = dialog === '' && height < LONGEST;
    const picture = await page.screenshot({ type: 'jpeg', quality: QUALITY, fullPage });
    this.bytes += picture.length;
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(join(this.folder, `${parts.join('')}-${how}.jpg`), picture);
  }
}
