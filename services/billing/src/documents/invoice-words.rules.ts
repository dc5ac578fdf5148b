import type { InvoiceStatus } from '@tidegate/contracts/billing/invoices';
import type { Locale } from '@tidegate/contracts/kernel/locale';

export interface InvoiceWords {
  invoice: string;
  to: string;
  taxId: string;
  number: string;
  issued: string;
  due: string;
  period: string;
  description: string;
  quantity: string;
  unitPrice: string;
  amount: (currency: string) => string;
  lineDiscount: string;
  subtotal: string;
  discount: string;
  tax: string;
  total: string;
  fromBalance: string;
  toBalance: string;
  credited: string;
  ofIt: (tax: string) => string;
  reverseCharge: string;
  left: string;
  paidOn: (day: string) => string;
  states: Record<Exclude<InvoiceStatus, 'paid'>, string>;
  paid: string;
  demo: string;
  page: (page: number, of: number) => string;
}

export const INVOICE_WORDS: Record<Locale, InvoiceWords> = {
  en: {
    invoice: 'Invoice',
    to: 'Billed to',
    taxId: 'Tax ID',
    number: 'Number',
    issued: 'Issued',
    due: 'Due',
    period: 'Period',
    description: 'Description',
    quantity: 'Quantity',
    unitPrice: 'Unit price',
    amount: (currency) => `Amount (${currency})`,
    lineDiscount: 'Discount',
    subtotal: 'Subtotal',
    discount: 'Discount',
    tax: 'Tax',
    total: 'Total',
    fromBalance: 'From the balance',
    toBalance: 'To the balance',
    credited: 'Credited',
    ofIt: (tax) => `of it ${tax}`,
    reverseCharge: 'Reverse charge: the customer owes the tax',
    left: 'Left to pay',
    paidOn: (day) => `Paid on ${day}`,
    states: {
      draft: 'Draft',
      open: 'To be paid',
      void: 'Withdrawn: nothing of it is owed',
      uncollectible: 'Not paid',
    },
    paid: 'Paid',
    demo: 'An example: nobody owes it',
    page: (page, of) => `Page ${page} of ${of}`,
  },
  de: {
    invoice: 'Rechnung',
    to: 'Rechnung an',
    taxId: 'Steuernummer',
    number: 'Nummer',
    issued: 'Ausgestellt am',
    due: 'Zahlbar bis',
    period: 'Zeitraum',
    description: 'Leistung',
    quantity: 'Menge',
    unitPrice: 'Einzelpreis',
    amount: (currency) => `Betrag (${currency})`,
    lineDiscount: 'Rabatt',
    subtotal: 'Zwischensumme',
    discount: 'Rabatt',
    tax: 'Steuer',
    total: 'Gesamtbetrag',
    fromBalance: 'Aus dem Guthaben',
    toBalance: 'In das Guthaben',
    credited: 'Gutgeschrieben',
    ofIt: (tax) => `davon ${tax}`,
    reverseCharge: 'Steuerschuldnerschaft des Leistungsempfängers',
    left: 'Noch zu zahlen',
    paidOn: (day) => `Bezahlt am ${day}`,
    states: {
      draft: 'Entwurf',
      open: 'Zu zahlen',
      void: 'Zurückgezogen: Nichts davon ist zu zahlen',
      uncollectible: 'Nicht bezahlt',
    },
    paid: 'Bezahlt',
    demo: 'Ein Beispiel: Niemand muss es bezahlen',
    page: (page, of) => `Seite ${page} von ${of}`,
  },
};
