#!/bin/sh
vault policy write external-secrets - <<EOF
path "$MOUNT/data/*" {
  capabilities = ["read"]
}
EOF
