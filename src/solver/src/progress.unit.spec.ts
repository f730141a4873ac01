import { expect, test } from "vitest";
import { readProgress } from "./progress.js";

test("a better answer tells objective and bound", () => {
  expect(readProgress("#12      1.31s best:954   next:[808,953]  graph_var_lns (d=0.81 s=30 t=0.10 p=0.62)")).toEqual({ objective: 954, bound: 808 });
});

test("a better bound tells itself, also before there is an answer", () => {
  expect(readProgress("#Bound   0.04s best:inf   next:[47,120]   initial_propagation")).toEqual({ objective: Number.NaN, bound: 47 });
});

test("the best that is proven is its own bound", () => {
  expect(readProgress("#3       0.11s best:55    next:[]         quick_restart")).toEqual({ objective: 55, bound: 55 });
});

test("other lines tell nothing", () => {
  for (const line of ["", "#Done    0.12s quick_restart", "#1       0.01s (fixed_bools=0/0) no objective", "CpSolverResponse summary:", "best bound: 47"])
    expect(readProgress(line)).toBeUndefined();
});
