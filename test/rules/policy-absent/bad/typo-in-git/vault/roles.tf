resource "vault_kubernetes_auth_backend_role" "external_secrets" { # expect: policy-absent Policy `external-secret` of role `external-secrets` is not in Git
  backend                          = "kubernetes"
  role_name                        = "external-secrets"
  bound_service_account_names      = ["external-secrets"]
  bound_service_account_namespaces = ["external-secrets"]
  token_policies                   = ["external-secret"]
}
