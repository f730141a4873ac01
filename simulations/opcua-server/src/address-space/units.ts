import { makeEUInformation } from "node-opcua";

export interface Unit {
  readonly symbol: string;
  /** UNECE Recommendation 20 common code, such as `C16` for mm/s. */
  readonly code: string;
}

const unece = "http://www.opcfoundation.org/UA/units/un/cefact";

/**
 * OPC UA Part 8 §5.6.3.4: the ASCII bytes of the code, read as one big-endian number.
 * A code has at most three characters; a longer one would not fit the standard's Int32.
 */
export function unitId(code: string): number {
  if (!/^[0-9A-Z]{1,3}$/.test(code)) throw new Error(`"${code}" is not a UNECE Recommendation 20 code: one to three of 0-9 and A-Z`);
  let id = 0;
  for (const character of code) id = id * 256 + character.charCodeAt(0);
  return id;
}

export function engineeringUnits(unit: Unit): ReturnType<typeof makeEUInformation> {
  return Object.assign(makeEUInformation(unit.code, unit.symbol, unit.symbol), { namespaceUri: unece, unitId: unitId(unit.code) });
}
