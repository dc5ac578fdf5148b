import { Link } from '@tanstack/react-router';
import { t } from '../kernel/strings.ts';
import { Entrance } from './entrance.tsx';

export const NoSuchPage = () => (
  <Entrance title={t('There is no such page.')}>
    <p>{t('The address is mistyped, or what was here is gone.')}</p>
    <Link to="/">{t('To the console')}</Link>
  </Entrance>
);
