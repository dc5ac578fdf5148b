import { Button, Menu, Modal } from '@mantine/core';
import { accountsUpdateMeTheme } from '@tidegate/client/generated/choices';
import { useState } from 'react';
import { chooseUtc, isUtc } from '../kernel/format.ts';
import { useLogOut } from '../kernel/log-out.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { chooseLocale, LOCALES, type Locale, locale, t } from '../kernel/strings.ts';
import { chooseTheme, theme } from '../kernel/theme.ts';

/** Loaded with its first use: a menu brings the library that places it, a sixth of a first visit. */
export function PersonMenu({ name, email, onHelp }: { name: string; email: string; onHelp: () => void }) {
  const [opened, setOpened] = useState(true);
  const logOut = useLogOut(() => setOpened(false));
  const menu = (
    <Menu position="bottom-end" opened={opened} onChange={setOpened} returnFocus>
      <Menu.Target>
        <Button size="compact-sm" variant="subtle">
          {name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{email}</Menu.Label>
        <Menu.Item onClick={onHelp} rightSection={<kbd>?</kbd>}>
          {t('Keyboard')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t('Theme')}</Menu.Label>
        {accountsUpdateMeTheme.map((one) => (
          <Menu.Item key={one} onClick={() => chooseTheme(one)} aria-current={theme() === one}>
            {t({ auto: 'As the system', light: 'Light', dark: 'Dark' }[one])} {theme() === one ? '✓' : ''}
          </Menu.Item>
        ))}
        <Menu.Label>{t('Times')}</Menu.Label>
        <Menu.Item onClick={() => chooseUtc(!isUtc())}>{isUtc() ? t('Show my time zone') : t('Show UTC')}</Menu.Item>
        <Menu.Label>{t('Language')}</Menu.Label>
        {(Object.keys(LOCALES) as Locale[]).map((one) => (
          <Menu.Item key={one} lang={one} onClick={() => chooseLocale(one)}>
            {LOCALES[one]} {locale() === one ? '✓' : ''}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          closeMenuOnClick={false}
          aria-busy={logOut.isPending}
          rightSection={logOut.isPending ? '…' : undefined}
          onClick={() => logOut.isPending || logOut.mutate()}
        >
          {t('Log out')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
  return (
    <>
      {menu}
      <Modal opened={logOut.isError} onClose={logOut.reset} title={t('You are still logged in')}>
        <ProblemNote error={logOut.error} retry={() => logOut.mutate()} />
      </Modal>
    </>
  );
}
