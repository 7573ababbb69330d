path "kv/data/external-secrets/*" {
  capabilities = ["read"]
}
