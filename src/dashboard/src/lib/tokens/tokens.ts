/** A token's colour, for canvas drawing, which cannot say `var(--ink)`. */
export const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
