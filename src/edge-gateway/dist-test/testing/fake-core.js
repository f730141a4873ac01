import { readFile } from "node:fs/promises";
import { createServer } from "node:https";
import { WebSocketServer } from "ws";
import { decodeFrame, encodeFrame } from "../link/frames.js";
import { unpack } from "../samples/columns.js";
/** A core at the other end of a real wss link: mutual TLS, credit, acknowledgements. What it stored survives a stop and start, as a journal would. */
export class FakeCore {
    tls;
    rows = [];
    gaps = [];
    ticks = [];
    hellos = [];
    /** Rows and gaps that came again after a reconnect. */
    repeated = 0;
    /** Sequences that neither a row nor a gap accounted for. */
    missing = [];
    stored = 0;
    credit = 1000;
    /** Most samples that were ever in flight. */
    mostInFlight = 0;
    givesCredit = true;
    keepsRows = true;
    port = 0;
    #inFlight = 0;
    #server;
    #sockets = new Set();
    constructor(tls) {
        this.tls = tls;
    }
    static async withCertificates(pki) {
        const [cert, key, ca] = await Promise.all(["core.crt", "core.key", "gateway.crt"].map((name) => readFile(`${pki}/${name}`, "utf8")));
        return new FakeCore({ cert: cert, key: key, ca: ca });
    }
    get url() {
        return `wss://localhost:${this.port}/edge/v1`;
    }
    async start() {
        const server = createServer({ ...this.tls, requestCert: true, rejectUnauthorized: true });
        const sockets = new WebSocketServer({ server, path: "/edge/v1", perMessageDeflate: false });
        sockets.on("connection", (socket) => this.#accept(socket));
        await new Promise((resolve) => server.listen(this.port, "localhost", resolve));
        this.port = server.address().port;
        this.#server = server;
    }
    /** Ends as a killed process does: no close frame. */
    async stop() {
        for (const socket of this.#sockets)
            socket.terminate();
        await new Promise((resolve) => { this.#server === undefined ? resolve() : this.#server.close(() => resolve()); });
        this.#server = undefined;
    }
    /** Gives back all the credit that is held back so far. */
    releaseCredit() {
        this.givesCredit = true;
        for (const socket of this.#sockets)
            this.#give(socket, this.#inFlight);
    }
    signal(number) {
        return this.hellos.at(-1)?.signals.find((signal) => signal.number === number)?.id ?? `? ${number}`;
    }
    of(id) {
        return this.rows.filter((row) => this.signal(row.signal) === id);
    }
    #accept(socket) {
        this.#sockets.add(socket);
        this.#inFlight = 0;
        socket.on("close", () => this.#sockets.delete(socket));
        socket.on("message", (data) => this.#receive(socket, decodeFrame(data)));
    }
    #receive(socket, frame) {
        if (frame.gatewayHello !== undefined) {
            this.hellos.push(frame.gatewayHello);
            this.stored = Math.max(this.stored, 0);
            socket.send(encodeFrame({ coreHello: { bootId: "fake", storedSequence: this.stored, credit: this.credit } }));
        }
        if (frame.tick !== undefined)
            this.ticks.push(frame.tick);
        if (frame.gap !== undefined) {
            if (frame.gap.sequence <= this.stored)
                this.repeated++;
            else {
                this.gaps.push(frame.gap);
                this.stored = frame.gap.sequence;
            }
            socket.send(encodeFrame({ ack: { sequence: this.stored } }));
        }
        if (frame.samples !== undefined)
            this.#take(socket, frame.samples);
    }
    #take(socket, samples) {
        const { firstSequence } = samples;
        this.#inFlight += samples.signal.length;
        this.mostInFlight = Math.max(this.mostInFlight, this.#inFlight);
        if (firstSequence > this.stored + 1)
            this.missing.push(`${this.stored + 1}..${firstSequence - 1}`);
        if (this.keepsRows) {
            unpack(samples).forEach((row, index) => {
                if (firstSequence + index <= this.stored)
                    this.repeated++;
                else
                    this.rows.push({ ...row, sequence: firstSequence + index });
            });
        }
        this.stored = Math.max(this.stored, firstSequence + samples.signal.length - 1);
        if (this.givesCredit)
            this.#give(socket, samples.signal.length);
        socket.send(encodeFrame({ ack: { sequence: this.stored } }));
    }
    #give(socket, samples) {
        this.#inFlight -= samples;
        if (samples > 0)
            socket.send(encodeFrame({ credit: { samples } }));
    }
}
