path "kv/data/payments/*" {
  capabilities = ["read"]
}
