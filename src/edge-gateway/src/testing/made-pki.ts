/**
 * Certificates of every kind that a gateway has to refuse, and an authority with a revocation list (RFC 5280), for tests: the library makes
 * only good ones, and the openssl program is not on every machine.
 */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Made {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
  readonly applicationUri: string;
  readonly serial: Buffer;
}

export interface Wanted {
  readonly name: string;
  readonly applicationUri?: string;
  readonly hosts?: readonly string[];
  readonly fromDays?: number;
  readonly untilDays?: number;
  readonly bits?: number;
  readonly hash?: "sha1" | "sha256";
  readonly issuer?: Authority;
}

const dayMs = 24 * 60 * 60 * 1000;

/** A certificate with its key in a folder, signed by itself or by an authority. */
export function makeCertificate(folder: string, wanted: Wanted): Made {
  const { name, applicationUri = "urn:test-server", hosts = ["localhost"], fromDays = -1, untilDays = 365, bits = 2048, hash = "sha256", issuer } = wanted;
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  const serial = serialNumber();
  const names = [tlv(0x86, applicationUri), ...hosts.map((host) => tlv(0x82, host))];
  const extensions = [
    extension("551d13", sequence()),
    extension("551d0f", bitString(Buffer.from([0xf4]), 2)), // signature, non-repudiation, key and data encipherment, certificate signing (of itself)
    extension("551d25", sequence(oid("2b06010505070301"), oid("2b06010505070302"))),
    extension("551d11", sequence(...names)),
    ...keyIds(publicKey, issuer?.publicKey ?? publicKey),
  ];
  const der = certificate({ serial, subject: distinguishedName(name), issuer: issuer?.name ?? distinguishedName(name), fromDays, untilDays, publicKey, extensions, hash, signer: issuer?.privateKey ?? privateKey });
  return { ...written(folder, name, der, privateKey), applicationUri, serial };
}

export class Authority {
  readonly name = distinguishedName("Test authority");
  readonly #keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  readonly certificateFile: string;

  constructor(private readonly folder: string) {
    const extensions = [extension("551d13", sequence(tlv(0x01, Buffer.from([0xff])))), extension("551d0f", bitString(Buffer.from([0x86]), 1)), ...keyIds(this.publicKey, this.publicKey)];
    const der = certificate({ serial: serialNumber(), subject: this.name, issuer: this.name, fromDays: -1, untilDays: 365, publicKey: this.publicKey, extensions, hash: "sha256", signer: this.privateKey });
    this.certificateFile = written(folder, "Test authority", der, this.privateKey).certificateFile;
  }

  get publicKey(): KeyObject {
    return this.#keys.publicKey;
  }

  get privateKey(): KeyObject {
    return this.#keys.privateKey;
  }

  /** @returns the file of a list that revokes these, in PEM. */
  revocationList(revoked: readonly Made[]): string {
    const entries = revoked.map(({ serial }) => sequence(tlv(0x02, serial), time(-1)));
    const list = sequence(tlv(0x02, Buffer.from([1])), algorithm("sha256"), this.name, time(-1), time(365), ...(entries.length === 0 ? [] : [sequence(...entries)]));
    const file = join(this.folder, "revoked.pem");
    writeFileSync(file, pem("X509 CRL", signed(list, "sha256", this.privateKey)));
    return file;
  }
}

interface Parts {
  readonly serial: Buffer;
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly fromDays: number;
  readonly untilDays: number;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Buffer[];
  readonly hash: "sha1" | "sha256";
  readonly signer: KeyObject;
}

function certificate({ serial, subject, issuer, fromDays, untilDays, publicKey, extensions, hash, signer }: Parts): Buffer {
  const version3 = tlv(0xa0, tlv(0x02, Buffer.from([2])));
  const key = publicKey.export({ type: "spki", format: "der" });
  return signed(sequence(version3, tlv(0x02, serial), algorithm(hash), issuer, sequence(time(fromDays), time(untilDays)), subject, key, tlv(0xa3, sequence(...extensions))), hash, signer);
}

function signed(content: Buffer, hash: "sha1" | "sha256", signer: KeyObject): Buffer {
  return sequence(content, algorithm(hash), bitString(sign(hash, content, signer), 0));
}

function written(folder: string, name: string, der: Buffer, key: KeyObject): { certificateFile: string; privateKeyFile: string } {
  mkdirSync(folder, { recursive: true });
  const [certificateFile, privateKeyFile] = [join(folder, `${name}.pem`), join(folder, `${name}.key.pem`)];
  writeFileSync(certificateFile, pem("CERTIFICATE", der));
  writeFileSync(privateKeyFile, key.export({ type: "pkcs8", format: "pem" }));
  return { certificateFile, privateKeyFile };
}

/** Subject and authority key identifiers tie a certificate to its issuer. */
function keyIds(own: KeyObject, issuer: KeyObject): Buffer[] {
  const id = (key: KeyObject) => createHash("sha1").update(key.export({ type: "pkcs1", format: "der" })).digest();
  return [extension("551d0e", tlv(0x04, id(own))), extension("551d23", sequence(tlv(0x80, id(issuer))))];
}

// X.690: tag, length, content.

function tlv(tag: number, ...content: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(content.map((part) => (typeof part === "string" ? Buffer.from(part, "utf8") : part)));
  const length = body.length < 0x80 ? Buffer.from([body.length]) : body.length < 0x100 ? Buffer.from([0x81, body.length]) : Buffer.from([0x82, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([Buffer.from([tag]), length, body]);
}

const sequence = (...content: readonly Buffer[]): Buffer => tlv(0x30, ...content);
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, "hex"));
const bitString = (bits: Buffer, unused: number): Buffer => tlv(0x03, Buffer.from([unused]), bits);
const extension = (id: string, content: Buffer): Buffer => sequence(oid(id), tlv(0x04, content));
const algorithm = (hash: "sha1" | "sha256"): Buffer => sequence(oid(hash === "sha1" ? "2a864886f70d010105" : "2a864886f70d01010b"), tlv(0x05));
const distinguishedName = (commonName: string): Buffer => sequence(tlv(0x31, sequence(oid("550403"), tlv(0x0c, commonName))));
const time = (days: number): Buffer => tlv(0x17, `${new Date(Date.now() + days * dayMs).toISOString().slice(2, 19).replace(/[-:T]/g, "")}Z`);
const serialNumber = (): Buffer => Buffer.concat([Buffer.from([0x40]), randomBytes(8)]);
const pem = (label: string, der: Buffer): string => `-----BEGIN ${label}-----\n${der.toString("base64").replace(/.{64}/g, "$&\n").trimEnd()}\n-----END ${label}-----\n`;
