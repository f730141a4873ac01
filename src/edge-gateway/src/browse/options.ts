import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { isEndpointUrl } from "../plant/definition.js";
import { firstLine, Refused } from "./refused.js";

interface Common {
  readonly data: string;
  readonly user: string | undefined;
  readonly passwordFile: string | undefined;
  readonly trust: string | undefined;
  readonly timeoutMs: number;
  readonly maxNodes: number;
  readonly format: "text" | "json" | "jsonl";
}

export type Options = Common & (
  | { readonly verb: "browse"; readonly url: string; readonly out: string | undefined; readonly from: string | undefined }
  | { readonly verb: "check"; readonly file: string; readonly endpoints: ReadonlyMap<string, string>; readonly extra: boolean }
);

/**
 * The words of `twin` as they were written: it checks and explains them for people, and hands them on.
 * @throws Refused with one sentence on what is wrong.
 */
export function parseOptions(args: readonly string[]): Options {
  try {
    return parse(args);
  } catch (error) {
    throw new Refused("INVALID", `${firstLine(error)}; see twin plant --help`);
  }
}

function parse(args: readonly string[]): Options {
  const { values, positionals: [plant, verb, ...places] } = parseArgs({
    args: [...args], allowPositionals: true, strict: true,
    options: {
      data: { type: "string", default: "./data" }, user: { type: "string" }, "password-file": { type: "string" }, trust: { type: "string" },
      timeout: { type: "string", default: "10" }, "max-nodes": { type: "string", default: "100000" },
      output: { type: "string", short: "o", default: "table" }, json: { type: "boolean", default: false }, "no-color": { type: "boolean" }, url: { type: "string" },
      out: { type: "string" }, from: { type: "string" }, endpoint: { type: "string", multiple: true, default: [] }, "no-extra": { type: "boolean", default: false },
    },
  });
  if (plant !== "plant" || (verb !== "browse" && verb !== "check")) throw new Error(`there is no verb ${plant ?? ""} ${verb ?? ""}`);
  const [place] = places;
  if (place === undefined || places.length > 1) throw new Error(`${verb} wants one ${verb === "browse" ? "URL" : "FILE"}, has ${places.length}`);
  const wrong = verb === "browse" ? [values.endpoint.length > 0 && "--endpoint", values["no-extra"] && "--no-extra"] : [values.out !== undefined && "--out", values.from !== undefined && "--from"];
  for (const option of wrong) if (option !== false) throw new Error(`${verb} has no option ${option}`);
  const format = values.json || values.output === "json" ? "json" : values.output === "jsonl" ? "jsonl" : "text";
  const common: Common = {
    data: resolve(values.data), user: values.user, passwordFile: values["password-file"], trust: values.trust, format,
    timeoutMs: 1000 * positive("--timeout", values.timeout), maxNodes: positive("--max-nodes", values["max-nodes"]),
  };
  if (verb === "check") return { ...common, verb, file: place, endpoints: new Map(values.endpoint.map(pair)), extra: !values["no-extra"] };
  if (!isEndpointUrl(place)) throw new Error(`"${place}" is not of the form opc.tcp://host:port`);
  if (values.from !== undefined && !/^nsu=[^;]+;[sigb]=.+$/s.test(values.from)) throw new Error(`--from "${values.from}" is not of the form nsu=<namespace URI>;s=<identifier>`);
  return { ...common, verb, url: place, out: values.out, from: values.from };
}

function pair(text: string): [string, string] {
  const at = text.indexOf("=");
  const url = text.slice(at + 1);
  if (at <= 0 || !isEndpointUrl(url)) throw new Error(`--endpoint "${text}" is not of the form NAME=opc.tcp://host:port`);
  return [text.slice(0, at), url];
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (!(number > 0 && number < 1e9)) throw new Error(`${option} "${text}" is not a number above 0`);
  return number;
}
