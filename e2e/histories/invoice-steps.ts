import {
  creditInvoice,
  extendInvoice,
  listInvoices,
  payInvoice,
  voidInvoice,
} from '@tidegate/contracts/billing/invoices';
import type { Invoice } from './books.ts';
import { both } from './both.ts';
import { DAY } from './calendar.ts';
import { byNumber } from './compare.ts';
import { Mismatch, type Organisation } from './organisation.ts';
import type { Play } from './play.ts';
import type { OwnStep } from './steps.ts';

/** The operator does something to one of our own invoices; what follows for the subscription does so at once. */
export class InvoiceSteps {
  constructor(private readonly play: Play) {}

  async change(one: Organisation, step: OwnStep & { do: 'invoice' }): Promise<string> {
    const { play } = this;
    const { books } = one.model;
    const listed = (await play.ask(listInvoices, { limit: 100 }, one.id)).items;
    const own = listed.filter(({ provider }) => provider === 'manual').sort(byNumber);
    if (own.length !== books.invoices.length)
      throw new Mismatch(one, `has ${own.length} invoices; the model says ${books.invoices.length}`);
    if (own.length === 0) return 'left out';
    const index = step.which < 0 ? own.length - 1 : step.which % own.length;
    const known = books.invoices[index] as Invoice;
    const input = { organisationId: one.id, invoiceId: own[index]?.id, reason: 'random' };
    const { cents, days } = step;
    const { now } = play.world;
    const dueAt = now + days * DAY;
    await play.arrived();
    const outcome = await (() => {
      switch (step.is) {
        case 'paid':
          return both(play, one, payInvoice, input, () => books.pay(known));
        case 'withdrawn':
          return both(play, one, voidInvoice, input, () => books.withdraw(known));
        case 'credited': {
          const more = { amountMinor: cents, creditKey: `c${now}` };
          return both(play, one, creditInvoice, { ...input, ...more }, () => books.credit(known, cents));
        }
        case 'extended':
          return both(play, one, extendInvoice, { ...input, dueAt: new Date(dueAt).toISOString() }, () =>
            books.extend(known, dueAt),
          );
      }
    })();
    await play.settle();
    return outcome;
  }
}
