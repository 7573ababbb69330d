#!/bin/sh
ACCESSOR=$(vault auth list -format=json | jq -r '."kubernetes/".accessor')
vault auth enable kubernetes
vault policy write external-secrets - <<EOF
path "kv/data/{{identity.entity.aliases.${ACCESSOR}.metadata.service_account_namespace}}/*" {
  capabilities = ["read"]
}
EOF
vault write auth/kubernetes/role/external-secrets \
  bound_service_account_names=external-secrets \
  bound_service_account_namespaces=payments \
  token_policies=external-secrets
