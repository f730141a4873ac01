import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
// The build copies the one definition beside the compiled files; tests read it where it lies.
const besides = fileURLToPath(new URL("../edge.proto", import.meta.url));
const original = fileURLToPath(new URL("../../../DigitalTwin.Edge/Link/edge.proto", import.meta.url));
const frameType = protobuf.loadSync(existsSync(besides) ? besides : original).lookupType("digitaltwin.edge.v1.Frame");
export function encodeFrame(frame) {
    return frameType.encode(frame).finish();
}
export function decodeFrame(bytes) {
    const frame = frameType.toObject(frameType.decode(bytes), { longs: String, defaults: true, arrays: true, oneofs: false });
    return exact(frame);
}
const wide = new Set(["firstSequence", "nextSequence", "storedSequence", "sequence", "counter", "plantTimeUs", "fromUs", "toUs", "baseSourceUs", "baseServerUs", "buffered", "dropped", "epoch", "tick", "sourceUs"]);
/** 64-bit integers come as decimal texts (a double would round silently): each becomes a number, or the frame is refused. */
function exact(value, name = "") {
    if (Array.isArray(value))
        return value.map((item) => exact(item, name));
    if (typeof value === "object" && value !== null) {
        return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, exact(member, key)]));
    }
    if (typeof value !== "string" || !(wide.has(name) || name === "sourceDtUs" || name === "serverDtUs"))
        return value;
    const number = Number(value);
    if (!Number.isSafeInteger(number))
        throw new RangeError(`${name} ${value} is beyond the exact integers`);
    return number;
}
