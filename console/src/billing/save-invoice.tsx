import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { Invoice } from '@tidegate/client';
import { client, useOrg } from '../kernel/api.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { saveFile } from '../kernel/save-file.ts';
import { locale, t } from '../kernel/strings.ts';

/** The PDF of an invoice: at the provider that keeps it, or made here in the reader's language. */
export function SaveInvoice({ invoice: { id, number, pdfUrl, provider } }: { invoice: Invoice }) {
  const org = useOrg();
  const save = useMutation({
    mutationFn: async () => {
      const file = await client.invoicesPdf({ invoiceId: id, locale: locale() }, { organisation: org });
      saveFile(`${t('Invoice {number}', { number: number ?? '' }).trim()}.pdf`, file);
    },
  });
  if (pdfUrl) return <a href={pdfUrl}>{t('PDF')}</a>;
  if (provider === 'stripe') return '–';
  return (
    <>
      <Button size="compact-sm" variant="subtle" loading={save.isPending} onClick={() => save.mutate()}>
        {t('PDF')}
      </Button>
      <ProblemNote error={save.error} />
    </>
  );
}
