resource "vault_kubernetes_auth_backend_role" "backup_job" {
  backend                          = "kubernetes"
  role_name                        = "backup-job"
  bound_service_account_names      = ["external-secrets"]
  bound_service_account_namespaces = ["external-secrets"]
  token_policies                   = ["backup"]
}
