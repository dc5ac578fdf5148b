import { Button, Checkbox, Input, NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { Market } from '@tidegate/client';
import { useEffect, useState } from 'react';
import { t } from '../kernel/strings.ts';
import { settingName, settingValue } from './setting-names.ts';
import { DIRECTION, type Field, MARKET, SECTIONS, STEPS, STRATEGIES } from './setting-sections.rules.ts';
import { EMPTY_STEP, isAnySet, isUsed, type SettingsForm } from './settings-form.rules.ts';

interface Props {
  // The form has more fields, such as a name; these are its `settings`.
  // biome-ignore lint/suspicious/noExplicitAny: its own functions are typed by all of its fields
  form: Pick<UseFormReturnType<any>, 'getInputProps' | 'insertListItem' | 'removeListItem'>;
  values: SettingsForm;
  /** By the place in the request. */
  errors: Record<string, string>;
  /** The answer that they are of. */
  refusal: unknown;
  /** What the market is paid in. */
  currency: string | undefined;
  /** None: market and strategy are fixed. */
  markets?: readonly Market[] | undefined;
  strategies?: true;
}

const pathOf = ({ place }: Pick<Field, 'place'>): string => `settings.${place}`;

/** Every setting of a strategy, wherever they are typed: what most people set first, the others folded below. */
export function SettingFields({ markets, strategies, refusal, ...props }: Props) {
  const { form, values, errors } = props;
  const [first, ...others] = SECTIONS[values.strategy];
  const market = { label: settingName('market'), description: t(MARKET.text), error: errors[pathOf(MARKET)] };
  return (
    <>
      {strategies ? (
        <NativeSelect
          label={settingName('strategy')}
          description={t('How it decides when to buy and when to sell.')}
          data={STRATEGIES.map((value) => ({ value, label: settingValue('strategy', value) }))}
          {...form.getInputProps('settings.strategy')}
          error={errors['settings.strategy']}
        />
      ) : null}
      {markets ? (
        <NativeSelect
          {...form.getInputProps(pathOf(MARKET))}
          {...market}
          data={markets.map((one) => one.market)}
          value={values.market}
        />
      ) : (
        <TextInput {...market} value={values.market} readOnly />
      )}
      <div>
        <SegmentedControl
          aria-label={t('Direction')}
          data={choicesOf(DIRECTION)}
          {...form.getInputProps(pathOf(DIRECTION))}
        />
        <Input.Description mt={4}>{t(DIRECTION.text)}</Input.Description>
      </div>
      {first ? (
        <>
          <h2>{t(first.title)}</h2>
          <Fields {...props} fields={first.fields} />
        </>
      ) : null}
      {others.map(({ title, fields }) => (
        <Folded
          key={`${values.strategy} ${title}`}
          title={t(title)}
          isSet={isAnySet(fields, values)}
          refusal={refusal}
          wrong={Object.keys(errors)
            .filter((path) => fields.some((field) => path === pathOf(field) || path.startsWith(`${pathOf(field)}.`)))
            .join(' ')}
        >
          <Fields {...props} fields={fields} />
        </Folded>
      ))}
    </>
  );
}

/** Open where something is set from the beginning, and whenever something in it is refused. */
function Folded({
  title,
  isSet,
  refusal,
  wrong,
  children,
}: {
  title: string;
  isSet: boolean;
  refusal: unknown;
  wrong: string;
  children: React.ReactNode;
}) {
  const [open, setOpen] = useState(isSet);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it may have been closed since the refusal before
  useEffect(() => {
    if (wrong) setOpen(true);
  }, [wrong, refusal]);
  return (
    <details open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{title}</summary>
      <div className="stack folded">{children}</div>
    </details>
  );
}

type OfFields = Pick<Props, 'form' | 'values' | 'errors' | 'currency'>;

function Fields({ fields, ...props }: OfFields & { fields: readonly Field[] }) {
  return fields.map((field) =>
    field === STEPS ? <Steps key={field.place} {...props} /> : <OneField key={field.place} field={field} {...props} />,
  );
}

function OneField({ field, form, values, errors, currency }: OfFields & { field: Field }) {
  const path = pathOf(field);
  const name = settingName(field.place);
  const shared = {
    label: field.money && currency ? t('{name}, in {currency}', { name, currency }) : name,
    description: t(field.text),
    disabled: !isUsed(field, values),
    error: errors[path],
  };
  if (field.yes) return <Checkbox {...form.getInputProps(path, { type: 'checkbox' })} {...shared} />;
  if (field.choices) return <NativeSelect {...form.getInputProps(path)} {...shared} data={choicesOf(field)} />;
  return (
    <TextInput
      {...form.getInputProps(path)}
      {...shared}
      inputMode={field.whole ? 'numeric' : 'decimal'}
      required={field.needed ?? false}
    />
  );
}

const choicesOf = ({ place, choices = [] }: Field) =>
  choices.map((value) => ({ value, label: settingValue(place, value) }));

/** Parts of the position that are sold on the way to the take profit. */
function Steps({ form, values, errors }: OfFields) {
  const path = pathOf(STEPS);
  return (
    <fieldset className="stack plain">
      <legend>{t('Steps of the take profit')}</legend>
      <Input.Description>{t(STEPS.text)}</Input.Description>
      {values.takeProfit.steps.map((_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step is known by its place
        <div className="row bottom" key={at}>
          {(['percent', 'sharePercent'] as const).map((part) => (
            <TextInput
              key={part}
              label={settingName(`${STEPS.place}.${at}.${part}`)}
              inputMode="decimal"
              {...form.getInputProps(`${path}.${at}.${part}`)}
              error={errors[`${path}.${at}.${part}`]}
            />
          ))}
          <Button size="compact-sm" variant="default" onClick={() => form.removeListItem(path, at)}>
            {t('Remove step {number}', { number: at + 1 })}
          </Button>
        </div>
      ))}
      {errors[path] ? <Input.Error role="alert">{errors[path]}</Input.Error> : null}
      <div>
        <Button size="compact-sm" variant="default" onClick={() => form.insertListItem(path, EMPTY_STEP)}>
          {t('Add a step')}
        </Button>
      </div>
    </fieldset>
  );
}
