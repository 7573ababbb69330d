#!/bin/sh
for team in a b; do
  vault policy write "team-$team" - <<EOF
path "kv/data/$team/*" {
  capabilities = $CAPABILITIES
}
EOF
done
