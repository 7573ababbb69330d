path "kv/data/payments/*" {
  capabilities = ["read", "create"]
}
path "kv/metadata/payments/*" {
  capabilities = ["read"]
}
