import { expect, test } from "vitest";
import { foldersOf } from "./folders.js";

test("the dots of the identifiers make the tree, parents first", () =>
  expect(foldersOf(["Cell1.Robot.Vibration", "Cell1.Vehicle", "Line.Power", "Speed"])).toEqual([
    { id: "Cell1", parent: null, name: "Cell1" },
    { id: "Cell1.Robot", parent: "Cell1", name: "Robot" },
    { id: "Line", parent: null, name: "Line" },
  ]));

test.each([
  [["Cell1..Power"], "empty part"],
  [["Cell1.Power", "Cell1.Power"], "announced twice"],
  [["Cell1", "Cell1.Power"], "variable and the folder"],
])("%j cannot be a tree", (identifiers, why) => expect(() => foldersOf(identifiers)).toThrow(why));
