import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useLiveView } from "../lib/stream/hooks";

/** A second snapshot means that something may have been missed in between: all that was fetched is fetched again. */
export function useRefetchAfterSnapshot(): void {
  const client = useQueryClient();
  const generation = useLiveView((view) => view.generation);
  const seen = useRef(0);
  useEffect(() => {
    if (generation > 1 && generation !== seen.current) void client.invalidateQueries();
    seen.current = generation;
  }, [client, generation]);
}
