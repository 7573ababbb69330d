#!/bin/sh
for cluster in soyo mini; do
  vault write "auth/kubernetes-$cluster/role/external-secrets" \
    bound_service_account_names=external-secrets \
    bound_service_account_namespaces=external-secrets \
    policies=external-secrets
done
