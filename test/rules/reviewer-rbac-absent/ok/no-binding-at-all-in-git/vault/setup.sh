#!/bin/sh
vault auth enable kubernetes
vault write auth/kubernetes/config \
  kubernetes_host=https://k8s.example.com \
  kubernetes_ca_cert=@/tmp/ca.crt \
  disable_local_ca_jwt=true
vault write auth/kubernetes/role/external-secrets \
  bound_service_account_names=external-secrets \
  bound_service_account_namespaces=external-secrets \
  token_policies=external-secrets
