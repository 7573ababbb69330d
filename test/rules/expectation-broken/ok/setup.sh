#!/bin/sh
vault policy write eso - <<EOF
path "kv/data/*" { capabilities = ["read"] }
EOF
vault write auth/kubernetes/role/eso \
  bound_service_account_names=eso \
  bound_service_account_namespaces=eso \
  policies=eso
