#!/usr/bin/env bash
# Ten minutes without a network between gateway and core, five kills of the gateway inside: per signal whole or a stated gap, nothing twice.
# usage: tests/network-cut.sh [SECONDS]
set -euo pipefail
cd "$(dirname "$0")/.."
NETWORK_CUT_SECONDS=${1:-600} npx vitest run --project edge-gateway src/network-cut.spec.ts
