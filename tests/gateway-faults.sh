#!/usr/bin/env bash
# Faults 22 to 29 of the design (partition, silent peer, server restart, changed namespaces and nodes, dead subscription, limits, certificates), all tests of them, again and again.
# usage: tests/gateway-faults.sh [TRIALS]     Ends with 1 where any trial failed, and shows what that one said.
set -uo pipefail
cd "$(dirname "$0")/.."
trials=${1:-50}
failed=0
said=$(mktemp)
trap 'rm -f "$said"' EXIT
for ((trial = 1; trial <= trials; trial++)); do
  began=$SECONDS
  if npx vitest run --project edge-gateway --no-color src/link/core-link.spec.ts src/end-to-end.spec.ts src/opcua/ >"$said" 2>&1; then result=passed; else result=FAILED; failed=$((failed + 1)); fi
  echo "$(date -u +%FT%TZ) trial $trial of $trials: $result in $((SECONDS - began)) s,$(grep -E '^ *Tests ' "$said" | tr -s ' ')"
  [[ $result == passed ]] || cat "$said"
done
echo "$((trials - failed)) of $trials trials passed"
((failed == 0))
