import { TextInput } from '@mantine/core';

/** Searches when Enter is pressed; an empty text shows all again. */
export function SearchBox({
  label,
  value,
  onSearch,
}: {
  label: string;
  value: string | undefined;
  onSearch: (text: string | undefined) => void;
}) {
  return (
    <search>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          onSearch(String(new FormData(event.currentTarget).get('text') ?? '').trim() || undefined);
        }}
      >
        <TextInput
          name="text"
          type="search"
          aria-label={label}
          placeholder={label}
          defaultValue={value ?? ''}
          key={value ?? ''}
          maw={360}
          mb="sm"
        />
      </form>
    </search>
  );
}
