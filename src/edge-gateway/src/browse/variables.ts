import { AccessLevelFlag, AttributeIds, DataType, NodeClass, VariantArrayType, type DataValue, type EUInformation, type Range } from "node-opcua";
import { dataTypes, textsOf, type Texts } from "./data-types.js";
import type { Server } from "./server.js";
import type { Found } from "./walk.js";

/** What a server says of one variable. */
export interface VariableFacts {
  /** Null where neither its data type nor a value tells. */
  readonly builtIn: DataType;
  readonly typeName: string;
  /** Lengths of an array or matrix as it is now; undefined for a single value. */
  readonly dimensions?: readonly number[];
  /** By the user of this session. */
  readonly readable: boolean;
  readonly writable: boolean;
  readonly unit?: string;
  readonly range?: readonly [low: number, high: number];
  readonly texts?: Texts;
  /** How often the server looks for changes, where it says so. */
  readonly periodSeconds?: number;
}

const attributes = [AttributeIds.NodeClass, AttributeIds.DataType, AttributeIds.ValueRank, AttributeIds.ArrayDimensions, AttributeIds.UserAccessLevel, AttributeIds.MinimumSamplingInterval] as const;
const telling = ["EngineeringUnits", "EURange", "InstrumentRange", "EnumStrings", "EnumValues", "FalseState", "TrueState"];
const scalar = -1;

/** In the order of what was asked; undefined for a node that is no variable of the server. */
export async function describe(server: Server, variables: readonly Found[]): Promise<(VariableFacts | undefined)[]> {
  const values = await server.read(variables.flatMap(({ nodeId }) => attributes.map((attributeId) => ({ nodeId, attributeId }))));
  const attribute = (at: number, id: (typeof attributes)[number]): unknown => good(values[at * attributes.length + attributes.indexOf(id)]);
  const isVariable = (at: number): boolean => attribute(at, AttributeIds.NodeClass) === NodeClass.Variable;
  const typeOf = (at: number): string => String(attribute(at, AttributeIds.DataType));
  const access = (at: number): number => Number(attribute(at, AttributeIds.UserAccessLevel) ?? 0);
  const readable = (at: number): boolean => (access(at) & AccessLevelFlag.CurrentRead) !== 0;

  const here = [...variables.keys()].filter(isVariable);
  const types = await dataTypes(server, here.map(typeOf));
  const properties = await readProperties(server, variables);
  // A value is read only where the attributes leave open what it is.
  const open = here.filter((at) => readable(at) && (attribute(at, AttributeIds.ValueRank) !== scalar || types.get(typeOf(at))?.builtIn === DataType.Null));
  const now = await server.read(open.map((at) => ({ nodeId: variables[at]?.nodeId ?? "", attributeId: AttributeIds.Value })));
  const present = new Map(open.map((at, index) => [at, now[index]]));

  return variables.map((_, at): VariableFacts | undefined => {
    const type = types.get(typeOf(at));
    if (!isVariable(at) || type === undefined) return undefined;
    const told = properties[at] ?? {};
    const dimensions = dimensionsOf(Number(attribute(at, AttributeIds.ValueRank) ?? scalar), attribute(at, AttributeIds.ArrayDimensions), present.get(at));
    const range = rangeOf(told["EURange"]) ?? rangeOf(told["InstrumentRange"]);
    const unit = (told["EngineeringUnits"] as EUInformation | undefined)?.displayName.text?.trim();
    const texts = textsOf(told) ?? type.texts;
    const samplingMs = Number(attribute(at, AttributeIds.MinimumSamplingInterval) ?? 0);
    return {
      builtIn: type.builtIn === DataType.Null ? (present.get(at)?.value?.dataType ?? DataType.Null) : type.builtIn, typeName: type.name,
      readable: readable(at), writable: (access(at) & AccessLevelFlag.CurrentWrite) !== 0,
      ...(dimensions === undefined ? {} : { dimensions }), ...(unit ? { unit } : {}), ...(range === undefined ? {} : { range }), ...(texts === undefined ? {} : { texts }),
      ...(samplingMs > 0 ? { periodSeconds: samplingMs / 1000 } : {}),
    };
  });
}

async function readProperties(server: Server, variables: readonly Found[]): Promise<Record<string, unknown>[]> {
  const wanted = variables.flatMap(({ properties }, at) => telling.flatMap((name) => {
    const nodeId = properties.get(name);
    return nodeId === undefined ? [] : [{ at, name, nodeId }];
  }));
  const values = await server.read(wanted.map(({ nodeId }) => ({ nodeId, attributeId: AttributeIds.Value })));
  const told: Record<string, unknown>[] = variables.map(() => ({}));
  for (const [index, { at, name }] of wanted.entries()) (told[at] as Record<string, unknown>)[name] = good(values[index]) ?? undefined;
  return told;
}

function good(value: DataValue | undefined): unknown {
  return value?.statusCode.isGood() === true ? (value.value?.value as unknown) : undefined;
}

/** A value of any rank is what it is now; declared lengths count where there is no value yet, and 0 in them means: not declared (Part 3, 5.6.2). */
function dimensionsOf(rank: number, declared: unknown, now: DataValue | undefined): readonly number[] | undefined {
  const value = now?.value;
  if (value !== undefined && value !== null && value.dataType !== DataType.Null) {
    if (value.arrayType === VariantArrayType.Matrix) return value.dimensions ?? [];
    if (value.arrayType === VariantArrayType.Array) return [(value.value as ArrayLike<unknown> | null)?.length ?? 0];
    return undefined;
  }
  if (rank < 0) return undefined;
  return declared !== null && declared !== undefined ? Array.from(declared as ArrayLike<number>) : [0];
}

function rangeOf(value: unknown): readonly [number, number] | undefined {
  const { low, high } = (value ?? {}) as Partial<Range>;
  return low !== undefined && high !== undefined && Number.isFinite(low) && Number.isFinite(high) && low < high ? [low, high] : undefined;
}
