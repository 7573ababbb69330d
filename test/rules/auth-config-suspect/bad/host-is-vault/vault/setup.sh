#!/bin/sh
vault policy write external-secrets vault/policies/external-secrets.hcl
vault write auth/kubernetes/role/external-secrets \
  bound_service_account_names=external-secrets \
  bound_service_account_namespaces=external-secrets \
  token_policies=external-secrets
vault write auth/kubernetes/config kubernetes_host=http://vault.vault.svc.cluster.local:8200 # expect: auth-config-suspect `kubernetes_host` of auth mount `kubernetes` is Vault itself
