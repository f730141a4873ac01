import type { DeltaFrame, HeartbeatFrame, SnapshotFrame, TagsFrame } from "../api/types";

export type Frame =
  | { readonly kind: "snapshot"; readonly data: SnapshotFrame }
  | { readonly kind: "delta"; readonly data: DeltaFrame }
  | { readonly kind: "tags"; readonly data: TagsFrame }
  | { readonly kind: "heartbeat"; readonly data: HeartbeatFrame };

export type FrameKind = Frame["kind"];
export const frameKinds: readonly FrameKind[] = ["snapshot", "delta", "tags", "heartbeat"];

export const parseFrame = (kind: FrameKind, data: string): Frame => ({ kind, data: JSON.parse(data) as unknown }) as Frame;

/** `lost` means: what is on the screen is no longer the plant. */
export type Connection = "connecting" | "open" | "lost";
