/** One word, as a POSIX shell takes it. */
export const shellWord = (text: string): string => (/^[\w.@:/+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

const remembered = "digitaltwin.by";
/** Who spoke last in this browser. */
export const rememberedName = (): string => localStorage.getItem(remembered) ?? "";
export const rememberName = (name: string): void => localStorage.setItem(remembered, name);
