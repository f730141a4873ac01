import type { EndpointLink, GatewayLink } from "../../lib/api/types";
import { type Severity, isConnected } from "../../lib/plant/exceptions";

/** What a hop is worth: `word` names its state, no severity means that it is as it should be. */
export interface Judged { readonly word: string; readonly severity: Severity | null }

/** A gateway ticks each second; three in a row that are missing are no jitter. Wall seconds. */
export const silentAfter = 3;

/** The host is asked every two seconds; what it said longer ago than three answers is not how it is. Wall seconds. */
export const answerGoodFor = 6;

export function judgeGateway(gateway: GatewayLink, answerAge: number): Judged {
  if (answerAge > answerGoodFor) return { word: "notKnown", severity: "stale" };
  if (!gateway.connected) return { word: "away", severity: "p1" };
  return gateway.tickAge !== null && gateway.tickAge > silentAfter ? { word: "silent", severity: "p1" } : { word: "connected", severity: null };
}

/** Of a server, only the gateway knows: while that one is not heard, neither is the server's state. */
export function judgeEndpoint(endpoint: EndpointLink, teller: Judged | undefined): Judged {
  if (endpoint.state === null || teller === undefined || teller.word !== "connected") return { word: "notKnown", severity: "stale" };
  return { word: endpoint.state, severity: isConnected(endpoint.state) ? null : "p1" };
}

/** Thirty days are time to plan, fourteen to act; with three left production stands soon. Over is over. */
export function judgeExpiry(daysLeft: number): Severity | null {
  if (daysLeft <= 3) return "p1";
  if (daysLeft <= 14) return "p2";
  return daysLeft <= 30 ? "p3" : null;
}
