// Imported before all else: node-opcua prints warnings with console while it loads, and standard output belongs to the ready line.
import { Console } from "node:console";

globalThis.console = new Console({ stdout: process.stderr, stderr: process.stderr });
