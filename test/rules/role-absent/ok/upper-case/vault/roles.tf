resource "vault_kubernetes_auth_backend_role" "External_Secrets" {
  backend                          = "kubernetes"
  role_name                        = "External-Secrets"
  bound_service_account_names      = ["external-secrets"]
  bound_service_account_namespaces = ["external-secrets"]
  token_policies                   = ["external-secrets"]
}
