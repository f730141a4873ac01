import { expect, test } from "vitest";
import { nodeText, resolveNode } from "./nodes.js";

const node = "nsu=urn:leipzig:body:line1;s=Cell3.Robot.Vibration";

test("a node is found by its namespace, wherever the server has put that today", () => {
  expect(resolveNode(node, ["http://opcfoundation.org/UA/", "urn:server", "urn:leipzig:body:line1", "urn:leipzig:body:line2"])).toBe("ns=2;s=Cell3.Robot.Vibration");
  expect(resolveNode(node, ["http://opcfoundation.org/UA/", "urn:server", "urn:leipzig:body:line2", "urn:leipzig:body:line1"])).toBe("ns=3;s=Cell3.Robot.Vibration");
});

test("a namespace that the server does not have is not guessed", () => {
  expect(resolveNode(node, ["http://opcfoundation.org/UA/", "urn:leipzig:body"])).toBeUndefined();
});

test("an identifier may hold semicolons and equals signs", () => {
  expect(resolveNode("nsu=urn:a;s=x;y=1", ["urn:0", "urn:a"])).toBe("ns=1;s=x;y=1");
});

test("a node of a session is written with its namespace, and found again by what was written", () => {
  const namespaces = ["http://opcfoundation.org/UA/", "urn:odd;100%"];
  expect(nodeText("ns=1;s=x;y=1", namespaces)).toBe("nsu=urn:odd%3B100%25;s=x;y=1");
  expect(resolveNode(nodeText("ns=1;s=x;y=1", namespaces), namespaces)).toBe("ns=1;s=x;y=1");
  expect(() => nodeText("ns=7;i=1", namespaces)).toThrow("ns=7;i=1 is in none of the server's 2 namespaces");
});
