#!/bin/sh
vault policy write external-secrets vault/policies/external-secrets.hcl
vault write auth/kubernetes/role/external-secrets bound_service_account_names=external-secrets bound_service_account_namespaces=external-secrets token_policies=base policies=external-secrets # expect: role-parameter-unknown Vault ignores `policies` of role `external-secrets` beside `token_policies`
vault policy write base - <<EOF
path "kv/data/base/*" { capabilities = ["read"] }
EOF
