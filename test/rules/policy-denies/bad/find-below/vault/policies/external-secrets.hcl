path "kv/metadata/payments" {
  capabilities = ["list"]
}
path "kv/data/payments/*" {
  capabilities = ["read"]
}
