import { AttributeIds, BrowseDirection, DataType, DataTypeIds, type BrowseDescriptionOptions, type DataValue, type EnumValueType, type LocalizedText } from "node-opcua";
import { numberOf } from "../opcua/value-types.js";
import type { Server } from "./server.js";
import { nodeIdOf } from "./walk.js";

export type Texts = Readonly<Record<string, string>>;

export interface DataTypeFacts {
  /** As values travel; Null for an abstract type, of which each value has its own. */
  readonly builtIn: DataType;
  readonly name: string;
  /** Of an enumeration, as far as the server tells them. */
  readonly texts?: Texts;
}

const deepest = 20;

/** Where a chain of supertypes ends: the built-in types (Part 6, 5.1.2), what is abstract above them, and enumerations, which travel as Int32. */
const ends: ReadonlyMap<string, DataType> = new Map([
  ...Object.values(DataType).filter((type): type is DataType => typeof type === "number" && type <= DataType.DiagnosticInfo).map((type) => [`ns=0;i=${type}`, type] as const),
  ...[DataTypeIds.BaseDataType, DataTypeIds.Number, DataTypeIds.Integer, DataTypeIds.UInteger].map((id) => [`ns=0;i=${id}`, DataType.Null] as const),
  [enumeration(), DataType.Int32],
]);

function enumeration(): string {
  return `ns=0;i=${DataTypeIds.Enumeration}`;
}

/** What each data type comes down to, by NodeId. */
export async function dataTypes(server: Server, ids: readonly string[]): Promise<ReadonlyMap<string, DataTypeFacts>> {
  const wanted = [...new Set(ids)];
  const parents = await supertypes(server, wanted);
  const end = (id: string): string => (ends.has(id) ? id : end(parents.get(id) ?? `ns=0;i=${DataTypeIds.BaseDataType}`));
  const names = await server.read(wanted.map((nodeId) => ({ nodeId, attributeId: AttributeIds.BrowseName })));
  const texts = await enumerationTexts(server, wanted.filter((id) => end(id) === enumeration()));
  return new Map(wanted.map((id, at) => {
    const own = texts.get(id);
    return [id, { builtIn: ends.get(end(id)) ?? DataType.Null, name: browseName(names[at]) ?? id, ...(own === undefined ? {} : { texts: own }) }];
  }));
}

/** The texts that a list of values of properties gives: EnumStrings by position, EnumValues by number, a two-state's pair. */
export function textsOf(values: { readonly EnumStrings?: unknown; readonly EnumValues?: unknown; readonly FalseState?: unknown; readonly TrueState?: unknown }): Texts | undefined {
  if (Array.isArray(values.EnumValues)) return byNumber(values.EnumValues as EnumValueType[]);
  const strings = Array.isArray(values.EnumStrings) ? values.EnumStrings : values.TrueState === undefined ? [] : [values.FalseState, values.TrueState];
  const texts = (strings as (LocalizedText | null | undefined)[]).map((text, number) => [String(number), text?.text ?? ""] as const).filter(([, text]) => text !== "");
  return texts.length === 0 ? undefined : Object.fromEntries(texts);
}

function byNumber(values: readonly EnumValueType[]): Texts {
  return Object.fromEntries(values.map((each) => [String(numberOf(DataType.Int64, each.value)), each.displayName.text ?? (each as { name?: string }).name ?? ""]));
}

async function supertypes(server: Server, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const parents = new Map<string, string>();
  let open = ids.filter((id) => !ends.has(id));
  for (let level = 0; open.length > 0 && level < deepest; level++) {
    const answers = await server.browse(open.map((nodeId) => related(nodeId, "HasSubtype", BrowseDirection.Inverse)));
    for (const [at, references] of answers.entries()) {
      const [above] = references ?? [];
      const parent = above === undefined ? undefined : nodeIdOf(above, server.namespaces);
      if (parent !== undefined) parents.set(open[at] as string, parent);
    }
    open = [...new Set(open.flatMap((id) => parents.get(id) ?? []))].filter((id) => !ends.has(id) && !parents.has(id));
  }
  return parents;
}

async function enumerationTexts(server: Server, ids: readonly string[]): Promise<ReadonlyMap<string, Texts>> {
  const answers = await server.browse(ids.map((nodeId) => related(nodeId, "HasProperty", BrowseDirection.Forward)));
  const definitions = await server.read(ids.map((nodeId) => ({ nodeId, attributeId: AttributeIds.DataTypeDefinition })));
  const texts = new Map<string, Texts>();
  for (const [at, id] of ids.entries()) {
    const properties = (answers[at] ?? []).flatMap((reference) => {
      const nodeId = nodeIdOf(reference, server.namespaces);
      return nodeId === undefined ? [] : [{ name: reference.browseName.name ?? "", nodeId }];
    });
    const values = await server.read(properties.map(({ nodeId }) => ({ nodeId, attributeId: AttributeIds.Value })));
    const definition = definitions[at]?.value?.value as { fields?: EnumValueType[] | null } | null | undefined;
    const own = textsOf(Object.fromEntries(properties.map(({ name }, index) => [name, values[index]?.value?.value])))
      ?? (definition?.fields ? byNumber(definition.fields) : undefined);
    if (own !== undefined) texts.set(id, own);
  }
  return texts;
}

function related(nodeId: string, referenceTypeId: string, browseDirection: BrowseDirection): BrowseDescriptionOptions {
  return { nodeId, referenceTypeId, browseDirection, includeSubtypes: false, nodeClassMask: 0, resultMask: 0x3f };
}

export function browseName(value: DataValue | undefined): string | undefined {
  return (value?.value?.value as { name?: string | null } | null | undefined)?.name ?? undefined;
}
