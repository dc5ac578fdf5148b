import { useState } from 'react';
import { bytes } from '../kernel/format.ts';
import { t } from '../kernel/strings.ts';
import classes from './drop-file.module.css';

/** A place to drop a file on, which is its button as well: it works by the keyboard and without dragging. */
export function DropFile({ file, onFile }: { file: File | undefined; onFile: (file: File) => void }) {
  const [over, setOver] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is dropped here can be chosen in the field inside
    <div
      className={classes['place']}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const dropped = event.dataTransfer.files[0];
        if (dropped) onFile(dropped);
      }}
    >
      <label>
        {t('Drop a CSV file here, also packed by gzip, or choose one')}
        <input
          type="file"
          accept=".csv,.txt,.gz,text/csv,application/gzip"
          onChange={({ currentTarget }) => {
            const chosen = currentTarget.files?.[0];
            if (chosen) onFile(chosen);
          }}
        />
      </label>
      {file ? (
        <p>
          <strong>{file.name}</strong> {bytes(file.size)}
        </p>
      ) : null}
    </div>
  );
}
