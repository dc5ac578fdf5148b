import { Copy } from './copy-text.tsx';

/** SQL to read and to copy. */
export function Sql({ text }: { text: string }) {
  return (
    <>
      <pre className="sql">{text}</pre>
      <Copy text={text} />
    </>
  );
}
