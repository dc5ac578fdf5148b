// Before the first paint, so that no page flashes in the other colours. A file, because inline scripts are refused.
try {
  const wanted = localStorage.getItem('tidegate-theme') ?? 'auto';
  const dark = wanted === 'dark' || (wanted === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.mantineColorScheme = dark ? 'dark' : 'light';
} catch {
  // No storage: the light theme.
}
