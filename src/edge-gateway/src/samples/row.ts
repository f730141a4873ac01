/** One value of one signal as it left the equipment. Times are microseconds since 1970-01-01 UTC. */
export interface Row {
  /** Number of the signal in the buffer's dictionary. */
  readonly signal: number;
  /** Plant time, given by the equipment. */
  readonly sourceUs: number;
  /** Wall time, given by the OPC UA server. */
  readonly serverUs: number;
  /** OPC UA status code as received, but for the overflow bit; 0 is Good. */
  readonly status: number;
  /** NaN where the row is a text or has no value. */
  readonly value: number;
  readonly text?: string;
  /** A waveform or an image in place of number and text. */
  readonly content?: Content;
  /** The server discarded older values of this signal just before this one (Part 4, 7.39: info bit Overflow). */
  readonly overflow?: boolean;
}

/** The bytes of a value, and how to read them. */
export interface Content {
  readonly format: ContentFormat;
  readonly bytes: Uint8Array;
}

/** Floating-point numbers, little endian; or a file of the kind. */
export type ContentFormat = "f32" | "f64" | "png" | "jpeg" | "bmp";

/** Samples that were not seen. */
export interface Gap {
  readonly signals: readonly number[];
  readonly fromUs: number;
  readonly toUs: number;
  readonly reason: GapReason;
  /** Plant time from one sample to the next where the signals were eased; absent where they were as the plant definition has them. */
  readonly samplingUs?: number;
}

export type GapReason = "gateway-restart" | "server-lost" | "plant-lost" | "queue-overflow" | "buffer-full" | "disk-full" | "buffer-damaged";
