import { X509Certificate } from "node:crypto";
import { MessageSecurityMode, OPCUAClient, SecurityPolicy, type EndpointDescription, type OPCUACertificateManager, type OPCUAClientOptions } from "node-opcua";
import type { EndpointDefinition } from "../plant/definition.js";
import { faultOf, hostFaultOf, trustFault } from "./certificate-faults.js";
import { isTrustedItself, keepRejected, subjectOf, thumbprintOf, type Pki } from "./trust-list.js";

/** One side does not take the other's certificate. */
export class UntrustedServer extends Error {}

export interface ServerCertificate {
  readonly der: Buffer;
  readonly until: Date;
}

/** Asks the server for the endpoint with the policy of the plant definition, and checks its certificate (OPC UA Part 4, 6.1.3). */
export async function trustedCertificate(
  endpoint: EndpointDefinition, options: OPCUAClientOptions, manager: OPCUACertificateManager, pki: Pki, trustCommand: (thumbprint: string) => string,
): Promise<ServerCertificate> {
  const discovery = OPCUAClient.create({ ...options, securityMode: MessageSecurityMode.None, securityPolicy: SecurityPolicy.None });
  let offered: EndpointDescription[];
  try {
    await discovery.connect(endpoint.url);
    offered = await discovery.getEndpoints();
  } finally {
    await discovery.disconnect();
  }
  const secure = offered.find((candidate) =>
    candidate.securityMode === MessageSecurityMode.SignAndEncrypt && candidate.securityPolicyUri === SecurityPolicy[endpoint.securityPolicy]);
  if (secure === undefined) {
    const policies = [...new Set(offered.map((candidate) => `${MessageSecurityMode[candidate.securityMode]} ${candidate.securityPolicyUri?.split("#")[1] ?? "?"}`))];
    throw new Error(`the server offers no SignAndEncrypt with ${endpoint.securityPolicy}, only ${policies.join(", ")}; switch that policy on at the server, or name one that it offers and that is still safe in the plant definition`);
  }
  const der = secure.serverCertificate;
  const certificate = new X509Certificate(der);
  const fault = faultOf(certificate, secure.server.applicationUri, endpoint.securityPolicy, new Date())
    ?? (await faultOfTrust(der, certificate, endpoint.url, manager, pki, trustCommand));
  if (fault === undefined) return { der, until: new Date(certificate.validTo) };
  throw new UntrustedServer(`server certificate ${subjectOf(certificate)}, SHA-1 thumbprint ${thumbprintOf(der)}, valid ${certificate.validFrom} to ${certificate.validTo}, ${fault}`);
}

async function faultOfTrust(
  der: Buffer, certificate: X509Certificate, url: string, manager: OPCUACertificateManager, pki: Pki, trustCommand: (thumbprint: string) => string,
): Promise<string | undefined> {
  const status = await manager.checkCertificate(der);
  if (!status.isGood()) {
    await keepRejected(pki, der);
    return trustFault(status.name, pki.folder, trustCommand(thumbprintOf(der)));
  }
  return (await isTrustedItself(pki, der)) ? undefined : hostFaultOf(certificate, url);
}

/**
 * What it means when a server that has just told its endpoints refuses the secure channel: our certificate. It says BadSecurityChecksFailed
 * for all of it, so that nobody can probe it (OPC UA Part 4, 6.1.3), or the reason itself, or just closes the connection.
 */
export function refusalOfOurs(error: Error, url: string, pki: Pki, own: Uint8Array): Error {
  const status = /\bBad(SecurityChecksFailed|Certificate\w+)/.exec(error.message)?.[0] ?? (error.message.includes("rejected by server") ? "it closes the connection when it is shown" : undefined);
  if (status === undefined) return error;
  const thumbprint = thumbprintOf(own);
  return new UntrustedServer(
    `the server at ${url} does not take this gateway's certificate (${status}): ${subjectOf(new X509Certificate(own))}, SHA-1 thumbprint ${thumbprint}. At the server: 1. look into its list of rejected certificates, or take the file ${pki.certificateFile} there; 2. compare the thumbprint; 3. trust it; the gateway tries again by itself`);
}
