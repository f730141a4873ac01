/** PackML (ISA-TR88.00.02) states by their OPC 30050 number. */
export const packmlStates = [
  "Undefined", "Clearing", "Stopped", "Starting", "Idle", "Suspended", "Execute", "Stopping", "Aborting",
  "Aborted", "Holding", "Held", "Unholding", "Suspending", "Unsuspending", "Resetting", "Completing", "Complete",
] as const;

export const unitModes = ["Undefined", "Production", "Maintenance", "Manual"] as const;

/** What a state means for the one who looks at a timeline: six looks for eighteen states. */
export type StateGroup = "producing" | "waiting" | "held" | "aborted" | "stopped" | "idle" | "unknown";

const groups: Readonly<Record<string, StateGroup>> = {
  Execute: "producing",
  Suspending: "waiting", Suspended: "waiting", Unsuspending: "waiting",
  Holding: "held", Held: "held", Unholding: "held",
  Aborting: "aborted", Aborted: "aborted", Clearing: "aborted",
  Stopping: "stopped", Stopped: "stopped",
  Idle: "idle", Resetting: "idle", Starting: "idle", Completing: "idle", Complete: "idle",
};

export const stateGroups: readonly StateGroup[] = ["producing", "waiting", "idle", "stopped", "held", "aborted", "unknown"];

export const groupOf = (state: string | null): StateGroup => groups[state ?? ""] ?? "unknown";
