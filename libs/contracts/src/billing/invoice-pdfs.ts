import { z } from 'zod';
import { Locale } from '../kernel/locale.ts';
import { operation } from '../kernel/operation.ts';
import { problem } from '../kernel/problem.ts';
import { Id } from '../kernel/types.ts';
import { InvoiceId, invoiceOfProvider } from './invoices.ts';

/** More would take a thread too long; the lines can still be read one by one. */
export const MOST_PRINTED_LINES = 1_000;

export const invoiceTooLong = problem(
  'invoice_too_long',
  409,
  'The invoice has too many lines to print',
  z.object({ most: z.int() }),
);

/** A file: whoever asks over HTTP gets its bytes. */
export const InvoicePdf = z.object({
  name: z.string().meta({ examples: ['invoice-2026-000042.pdf'] }),
  content: z.base64().meta({ examples: ['JVBERi0xLjcK'] }),
});
export type InvoicePdf = z.infer<typeof InvoicePdf>;

const PRINTED = {
  locale: Locale.default('en').meta({ description: 'Language of its words, dates and numbers' }),
};

export const printInvoice = operation({
  service: 'billing',
  name: 'invoices.pdf',
  http: ['GET', '/api/v1/billing/invoices/{invoiceId}/pdf'],
  scope: 'billing:read',
  summary: 'An own invoice as a PDF',
  description:
    'In its present state: paid, credited, withdrawn. Stripe keeps the PDFs of its own: `pdfUrl` of the invoice.',
  input: z.strictObject({ invoiceId: InvoiceId, ...PRINTED }),
  output: InvoicePdf,
  errors: [invoiceOfProvider, invoiceTooLong],
  deadlineMs: 30_000,
  file: 'application/pdf',
});

export const printInvoiceOfAny = operation({
  service: 'billing',
  name: 'invoices.pdf-of-any',
  http: ['GET', '/api/v1/operator/organisations/{organisationId}/invoices/{invoiceId}/pdf'],
  scope: 'operator',
  summary: 'An own invoice of an organisation as a PDF, also of one that is deleted',
  input: z.strictObject({ organisationId: Id, invoiceId: InvoiceId, ...PRINTED }),
  output: InvoicePdf,
  errors: [invoiceOfProvider, invoiceTooLong],
  deadlineMs: 30_000,
  file: 'application/pdf',
});
