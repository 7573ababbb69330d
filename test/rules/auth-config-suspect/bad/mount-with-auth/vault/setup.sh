#!/bin/sh
vault auth enable kubernetes
vault policy write external-secrets vault/policies/external-secrets.hcl
vault write auth/kubernetes/role/external-secrets \
  bound_service_account_names=external-secrets \
  bound_service_account_namespaces=external-secrets \
  token_policies=external-secrets
