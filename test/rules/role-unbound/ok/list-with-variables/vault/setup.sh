#!/bin/sh
vault write auth/kubernetes/role/external-secrets \
  bound_service_account_names="$ESO_ACCOUNTS" \
  bound_service_account_namespaces=external-secrets \
  policies=external-secrets
