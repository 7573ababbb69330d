resource "vault_auth_backend" "cluster" {
  type = "kubernetes"
  path = "kubernetes"
}

resource "vault_auth_backend" "other" {
  type = "kubernetes"
  path = "kubernetes-other"
}

resource "vault_policy" "external_secrets" {
  name   = "external-secrets"
  policy = <<-EOT
    path "kv/data/{{identity.entity.aliases.${vault_auth_backend.cluster.accessor}.metadata.service_account_namespace}}/*" {
      capabilities = ["read"]
    }
  EOT
}

resource "vault_kubernetes_auth_backend_role" "external_secrets" {
  backend                          = vault_auth_backend.cluster.path
  role_name                        = "external-secrets"
  bound_service_account_names      = ["external-secrets"]
  bound_service_account_namespaces = ["payments"]
  token_policies                   = ["external-secrets"]
}
