path "database/creds/*" {
  capabilities = ["read"]
}
