/// <reference lib="webworker" />
import { StreamHub, type ToWorker } from "./hub";

const hub = new StreamHub(() => performance.now());

(self as unknown as SharedWorkerGlobalScope).onconnect = (event) => {
  const port = event.ports[0];
  if (port) port.onmessage = (message: MessageEvent<ToWorker>) => hub.receive(port, message.data);
};
