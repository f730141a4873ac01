import { expect, it } from "vitest";
import type { EndpointLink, GatewayLink } from "../../lib/api/types";
import { judgeEndpoint, judgeExpiry, judgeGateway } from "./judge";

const gateway = (more: Partial<GatewayLink> = {}): GatewayLink => ({ name: "gateway", connected: true, since: "2026-01-05T08:30:00.000Z", tickAge: 0.4, buffered: 0, dropped: 0, droppedTelemetry: 0, droppedDiagnostic: 0, behind: null, levelIn: null, easing: { level: 0, since: null, why: null, telemetrySeconds: 0, diagnosticSeconds: 0 }, ...more });
const endpoint = (more: Partial<EndpointLink> = {}): EndpointLink => ({
  name: "body", securityPolicy: "Basic256Sha256", gateway: "gateway", state: "connected", detail: null, signals: { signals: 4, fresh: 4, stale: 0, bad: 0 }, valueAge: 0.1, lag: 0.02, serverCertificate: null, gatewayCertificate: null, ...more });

it("A gateway that ticks is as it should be; one that is connected and does not tick is silent", () => {
  expect(judgeGateway(gateway(), 0)).toEqual({ word: "connected", severity: null });
  expect(judgeGateway(gateway({ tickAge: null }), 0)).toEqual({ word: "connected", severity: null });
  expect(judgeGateway(gateway({ tickAge: 3.5 }), 0)).toEqual({ word: "silent", severity: "p1" });
  expect(judgeGateway(gateway({ connected: false, tickAge: 60 }), 0)).toEqual({ word: "away", severity: "p1" });
});

it("What the host said a while ago is not how it is, neither connected nor away", () => {
  expect(judgeGateway(gateway(), 7)).toEqual({ word: "notKnown", severity: "stale" });
  expect(judgeGateway(gateway({ connected: false }), 7)).toEqual({ word: "notKnown", severity: "stale" });
});

it("The state of a server is not known while its gateway is not heard, whatever it said last", () => {
  const [up, silent] = [judgeGateway(gateway(), 0), judgeGateway(gateway({ tickAge: 30 }), 0)];
  expect(judgeEndpoint(endpoint(), up)).toEqual({ word: "connected", severity: null });
  expect(judgeEndpoint(endpoint({ state: "untrusted" }), up)).toEqual({ word: "untrusted", severity: "p1" });
  expect(judgeEndpoint(endpoint(), silent)).toEqual({ word: "notKnown", severity: "stale" });
  expect(judgeEndpoint(endpoint({ gateway: null, state: null }), undefined)).toEqual({ word: "notKnown", severity: "stale" });
});

it("A certificate is marked thirty, fourteen and three days before its end, and after it", () => {
  expect([365, 30.1, 30, 14.1, 14, 3.1, 3, 0, -5].map(judgeExpiry)).toEqual([null, null, "p3", "p3", "p2", "p2", "p1", "p1", "p1"]);
});
