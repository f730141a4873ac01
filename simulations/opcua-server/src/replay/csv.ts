export interface CsvRecord {
  /** Of its first line in the file, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A cell that is longer has a quotation mark that nobody closed: the rest of the file would be read into it. */
const longestRecord = 1 << 20;

/**
 * Cuts a text that comes in pieces into records. Cells in quotation marks may hold separators, line feeds and, doubled, quotation marks
 * (RFC 4180); a quotation mark inside a cell that does not begin with one stands for itself. Empty lines are no records.
 */
export class CsvSplitter {
  #rest = "";
  #line = 1;

  /** @param separator one character, or `whitespace`. */
  constructor(private readonly separator: string) {}

  push(text: string): CsvRecord[] {
    return this.#cut(this.#rest + text, false);
  }

  /** The last record needs no line feed. */
  end(): CsvRecord[] {
    return this.#cut(this.#rest, true);
  }

  #cut(text: string, last: boolean): CsvRecord[] {
    const records: CsvRecord[] = [];
    let from = 0;
    while (from < text.length) {
      let end = text.indexOf("\n", from);
      if (end < 0) {
        if (!last) break;
        end = text.length;
      }
      const plain = text.slice(from, text[end - 1] === "\r" && end > from ? end - 1 : end);
      if (!plain.includes('"') || this.separator === "whitespace") {
        if (plain.trim() !== "") records.push({ line: this.#line, cells: this.separator === "whitespace" ? plain.trim().split(/\s+/) : plain.split(this.separator) });
        this.#line += 1;
        from = end + 1;
        continue;
      }
      const quoted = this.#quoted(text, from, last);
      if (quoted === null && !last) break;
      if (quoted === null) throw new Error(`line ${this.#line}: a quotation mark is not closed before the end of the file`);
      records.push({ line: this.#line, cells: quoted.cells });
      this.#line += quoted.lines;
      from = quoted.end;
    }
    this.#rest = text.slice(from);
    if (this.#rest.length > longestRecord) throw new Error(`line ${this.#line}: a row of more than ${longestRecord} characters; a quotation mark is not closed, or this is no CSV file`);
    return records;
  }

  /** @returns null where the record may go on after the text. */
  #quoted(text: string, from: number, last: boolean): { readonly cells: string[]; readonly end: number; readonly lines: number } | null {
    const cells: string[] = [];
    let lines = 1;
    for (let at = from; ; ) {
      let cell = "";
      if (text[at] === '"') {
        for (let again = false; ; again = true) {
          const close = text.indexOf('"', at + 1);
          if (close < 0) return null;
          cell += (again ? '"' : "") + text.slice(at + 1, close);
          at = close + 1;
          if (text[at] !== '"') break;
        }
        lines += cell.split("\n").length - 1;
      }
      let end = at;
      while (end < text.length && text[end] !== this.separator && text[end] !== "\n") end += 1;
      if (end >= text.length && !last) return null;
      cells.push(cell + text.slice(at, end).replace(/\r$/, ""));
      at = end + 1;
      if (text[end] !== this.separator) return { cells, end: at, lines };
    }
  }
}
