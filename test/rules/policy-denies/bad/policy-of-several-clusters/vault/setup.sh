#!/bin/sh
vault policy write base - <<EOF
path "kv/data/base/*" { capabilities = ["read"] }
EOF
vault policy write shared - <<EOF
path "kv/data/pay/*" { capabilities = ["read"] }
EOF
vault write auth/kubernetes/role/external-secrets bound_service_account_names=external-secrets bound_service_account_namespaces=external-secrets token_policies=base,shared
vault write auth/cluster-b/role/eso bound_service_account_names=eso bound_service_account_namespaces=eso token_policies=shared
vault write auth/kubernetes/role/backup bound_service_account_names=backup bound_service_account_namespaces=backup token_policies=shared
