import { DataType, DataValue, StatusCodes, Variant, type StatusCode } from "node-opcua";
import { expect, test } from "vitest";
import { Unreported } from "./unreported.js";

const value = (number: number, statusCode: StatusCode = StatusCodes.Good) => new DataValue({ statusCode, sourceTimestamp: new Date(), value: new Variant({ dataType: DataType.Double, value: number }) });

function watching(count: number): Unreported {
  const unreported = new Unreported();
  for (let index = 0; index < count; index++) {
    unreported.monitored(index);
    unreported.delivered(index, value(1));
  }
  return unreported;
}

test("a value that the server holds and does not deliver is overdue at the second look", () => {
  const unreported = watching(2);
  expect(unreported.look([[0, value(1)], [1, value(2)]])).toEqual([]);
  expect(unreported.look([[0, value(1)], [1, value(3)]])).toEqual([1]);
});

test("a value that changes all the time is not overdue while anything of it is delivered", () => {
  const unreported = watching(1);
  for (let look = 0; look < 20; look++) {
    expect(unreported.look([[0, value(look + 100)]])).toEqual([]);
    unreported.delivered(0, value(look + 50));
  }
});

test("a server that stamps each read, and one that adds info bits, deliver what they hold", () => {
  const unreported = watching(1);
  for (let look = 0; look < 3; look++) expect(unreported.look([[0, value(1)]])).toEqual([]);
  expect(unreported.look([[0, value(1, StatusCodes.BadNoCommunication)]])).toEqual([]);
  expect(unreported.look([[0, value(1, StatusCodes.BadNoCommunication)]])).toEqual([0]);
});

test("an item that never delivered its first value is overdue too", () => {
  const unreported = new Unreported();
  unreported.monitored(7);
  expect(unreported.look([[7, value(0)]])).toEqual([]);
  expect(unreported.look([[7, value(0)]])).toEqual([7]);
});

test("all items have their turn, and one under suspicion is read at each look", () => {
  const unreported = watching(10);
  expect(unreported.toRead(4)).toEqual([0, 1, 2, 3]);
  unreported.look([[2, value(5)]]);
  expect(unreported.toRead(4)).toEqual([2, 4, 5, 6]);
  expect(unreported.toRead(4)).toEqual([2, 7, 8, 9]);
  expect(unreported.toRead(100)).toHaveLength(10);
});
