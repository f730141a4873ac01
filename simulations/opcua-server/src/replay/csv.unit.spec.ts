import { expect, test } from "vitest";
import { CsvSplitter } from "./csv.js";

/** The same text in pieces of every size has to give the same records. */
function cut(text: string, separator = ","): (readonly string[])[] {
  const whole = inPieces(text, separator, text.length + 1);
  for (let size = 1; size <= Math.min(text.length, 20); size++) expect(inPieces(text, separator, size)).toEqual(whole);
  return whole;
}

function inPieces(text: string, separator: string, size: number): (readonly string[])[] {
  const splitter = new CsvSplitter(separator);
  const records = [];
  for (let at = 0; at < text.length; at += size) records.push(...splitter.push(text.slice(at, at + size)));
  return [...records, ...splitter.end()].map((record) => record.cells);
}

test.each([
  ["cells by their separator", "a;b;c\n1,5;;3\n", ";", [["a", "b", "c"], ["1,5", "", "3"]]],
  ["lines that end as on Windows, the last without an end", "a,b\r\n1,2\r\n3,4", ",", [["a", "b"], ["1", "2"], ["3", "4"]]],
  ["no record from an empty line", "a,b\n\n  \n1,2\n\n", ",", [["a", "b"], ["1", "2"]]],
  ["runs of blanks and tabs", "  1.0\t 2.0   3.0  \n4 5 6\n", "whitespace", [["1.0", "2.0", "3.0"], ["4", "5", "6"]]],
  ["what stands in quotation marks as one cell", 'a,"b,\n""c"" d",e\r\n"x","",\r\n""""\n', ",", [["a", 'b,\n"c" d', "e"], ["x", "", ""], ['"']]],
  ["a quotation mark inside a cell as itself", '5" pipe,2\n3,4\n', ",", [['5" pipe', "2"], ["3", "4"]]],
])("a file gives %s, however it is cut into pieces", (_, text, separator, records) => expect(cut(text, separator)).toEqual(records));

test("each record knows the line that it begins in", () => {
  const splitter = new CsvSplitter(",");
  expect([...splitter.push('a,b\n\n"1\n\n2",x\r\n3,4\n5'), ...splitter.end()].map((record) => record.line)).toEqual([1, 3, 6, 7]);
});

test("a quotation mark that nobody closes does not swallow the rest of the file in silence", () => {
  expect(() => cut('a,b\n1,"2\n3,4\n')).toThrow("line 2: a quotation mark is not closed");
  const splitter = new CsvSplitter(",");
  expect(() => {
    splitter.push('a,b\n1,"');
    for (let piece = 0; piece < 20; piece++) splitter.push("1,2\n".repeat(20_000));
  }).toThrow("line 2: a row of more than");
});
