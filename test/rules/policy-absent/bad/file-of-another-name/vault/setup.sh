#!/bin/sh
vault policy write external-secrets vault/reader.hcl.hcl # expect: policy-absent `reader.hcl` is there, and nothing writes it
vault write auth/kubernetes/role/external-secrets \
  bound_service_account_names=external-secrets \
  bound_service_account_namespaces=external-secrets \
  token_policies=external-secrets
