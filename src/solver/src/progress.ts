/**
 * What a line of the solver's search log tells: the best objective so far and the best bound.
 * The solver's own callbacks are no use here: this build of it queues them and gives them out when the solve is over.
 *
 *   #12      1.31s best:954   next:[808,953]  graph_var_lns (d=0.81 s=30 t=0.10 p=0.62)
 *   #Bound   0.04s best:inf   next:[47,120]   initial_propagation
 *
 * `next` is what a better answer may still be, so its lower end is the bound of a minimisation; empty when the best is proven.
 */
export function readProgress(line: string): { objective: number; bound: number } | undefined {
  const found = /^#(?:\d+|Bound)\s.*?\bbest:(\S+)\s+next:\[([^,\]]*)/.exec(line);
  if (found === null) return undefined;
  const [, best = "", next = ""] = found;
  const objective = best === "inf" || best === "-inf" ? Number.NaN : Number(best);
  return { objective, bound: next === "" ? objective : Number(next) };
}
