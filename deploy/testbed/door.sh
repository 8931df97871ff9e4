#!/bin/sh
# door.sh PORT…   The test bench listens on loopback only, wherever it runs; in a container nobody would reach
# it. This stands in the bench's own network, lets its neighbours in by the same ports, and lets the played
# providers out to intake, which they call localhost.
set -eu
address=$(hostname -i)
address=${address%% *}
for port in "$@"; do
  socat "TCP-LISTEN:$port,bind=$address,fork,reuseaddr" "TCP:127.0.0.1:$port" &
done
exec socat TCP-LISTEN:18443,bind=127.0.0.1,fork,reuseaddr TCP:intake:18443
