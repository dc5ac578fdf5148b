import { Button, Checkbox, Menu } from '@mantine/core';
import type { Column } from './csv.rules.ts';
import { t } from './strings.ts';

interface Props<Row> {
  columns: readonly Column<Row>[];
  shown: ReadonlySet<string>;
  onToggle: (key: string) => void;
}

/** Which columns a table shows. Loaded with its first use, open. */
export function ColumnsMenu<Row>({ columns, shown, onToggle }: Props<Row>) {
  return (
    <Menu position="top-end" closeOnItemClick={false} defaultOpened returnFocus>
      <Menu.Target>
        <Button size="compact-sm" variant="subtle">
          {t('Columns')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {columns.map(({ key, title }) => (
          <Menu.Item key={key} component="div" onClick={() => onToggle(key)}>
            {/* A click on a label is a second click on its box, which would take the first one back. */}
            <Checkbox
              size="xs"
              label={title}
              checked={shown.has(key)}
              readOnly
              tabIndex={-1}
              style={{ pointerEvents: 'none' }}
            />
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
