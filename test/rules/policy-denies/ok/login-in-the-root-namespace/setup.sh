#!/bin/sh
vault policy write external-secrets - <<'EOT'
path "team-a/kv/data/*" {
  capabilities = ["read"]
}
EOT
vault write auth/kubernetes/role/external-secrets \
  bound_service_account_names=external-secrets \
  bound_service_account_namespaces=external-secrets \
  token_policies=external-secrets
