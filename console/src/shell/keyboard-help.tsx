import { Modal } from '@mantine/core';
import { t } from '../kernel/strings.ts';
import classes from './shell.module.css';
import { useNavigation } from './use-navigation.ts';

/** Everything that has a key. */
export function KeyboardHelp({ onClose }: { onClose: () => void }) {
  const here = useNavigation().flatMap(({ items }) => items);
  const pages = here.flatMap(({ key, text }) => (key ? [[['g', key], t(text)]] : []));
  const all = [
    [['Ctrl', 'K'], t('Search and go to')],
    [['/'], t('To the search of the page')],
    [['?'], t('This help')],
    [['←', '→'], t('Move along a chart that has the focus; with Shift choose a part, Enter shows it')],
    ...pages,
  ] as [string[], string][];
  return (
    <Modal opened onClose={onClose} title={t('Keyboard')}>
      <dl className={classes['keys']}>
        {all.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
