#!/bin/sh
vault policy write external-secrets vault/policies/external-secrets.hcl
vault write auth/kubernetes/role/external-secrets bound_service_account_names=external-secrets bound_service_account_namespaces=external-secrets token_policies=base policies=external-secrets # expect: role-parameter-unknown tokens of the role lack policy `external-secrets`
vault policy write base - <<EOF
path "kv/data/base/*" { capabilities = ["read"] }
EOF
