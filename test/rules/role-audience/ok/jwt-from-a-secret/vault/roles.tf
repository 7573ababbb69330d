resource "vault_jwt_auth_backend_role" "eso" {
  backend         = "jwt"
  role_name       = "external-secrets"
  role_type       = "jwt"
  user_claim      = "sub"
  bound_audiences = ["elsewhere"]
  token_policies  = ["external-secrets"]
}
