import { DataType, StatusCodes, VariantArrayType, type DataValue, type ISessionContext, type NumericRange, type StatusCode, type UAVariable } from "node-opcua";

/** @returns the plant's answer. */
export type WriteToPlant = (node: number, value: unknown) => Promise<StatusCode>;

type WriteValue = (context: ISessionContext, value: DataValue, range: NumericRange | null, callback: (error: Error | null, status?: StatusCode) => void) => void;

/**
 * Hands writes of one variable to the plant and answers what the plant answers.
 * node-opcua's own setter hook cannot do this: whatever status it returns, the library stores the written value with the wall
 * clock's time and tells every subscriber, so a refused value would look real. Here a node shows nothing but what the plant announced.
 */
export function acceptWrites(variable: UAVariable, type: DataType, write: (value: unknown) => Promise<StatusCode>): void {
  const writeValue: WriteValue = (context, value, range, callback) => {
    const refusal = refusalOf(variable, type, context, value, range);
    if (refusal !== null) callback(null, refusal);
    else write(value.value.value).then((status) => callback(null, status), (error: unknown) => callback(error as Error));
  };
  (variable as unknown as { writeValue: WriteValue }).writeValue = writeValue;
}

function refusalOf(variable: UAVariable, type: DataType, context: ISessionContext, value: DataValue, range: NumericRange | null): StatusCode | null {
  if (!variable.isUserWritable(context)) return StatusCodes.BadUserAccessDenied;
  if (range !== null && !range.isEmpty()) return StatusCodes.BadIndexRangeNoData; // scalars have no range
  if (value.statusCode.isNotGood() || value.sourceTimestamp !== null || value.serverTimestamp !== null) return StatusCodes.BadWriteNotSupported; // Part 4 §5.11.4: value only
  if (value.value.arrayType !== VariantArrayType.Scalar || value.value.dataType !== type) return StatusCodes.BadTypeMismatch;
  if (type === DataType.Double && !Number.isFinite(value.value.value)) return StatusCodes.BadOutOfRange; // JSON has no NaN and no infinity
  return null;
}
