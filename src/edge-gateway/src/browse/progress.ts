const everyMs = { terminal: 200, file: 10_000 } as const;

/** How far long work has come, on standard error: in place on a terminal, a line now and then where that is redirected. Silent in the first second. */
export function progressOn(stream: NodeJS.WriteStream): { readonly say: (text: string) => void; readonly end: () => void } {
  const spacingMs = stream.isTTY ? everyMs.terminal : everyMs.file;
  let next = performance.now() + Math.min(1000, spacingMs);
  let shown = false;
  return {
    say: (text) => {
      if (performance.now() < next) return;
      next = performance.now() + spacingMs;
      shown = true;
      stream.write(stream.isTTY ? `\r${text}\x1b[K` : `${text}\n`);
    },
    end: () => {
      if (shown && stream.isTTY) stream.write("\n");
    },
  };
}
