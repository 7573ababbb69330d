path "kv/data/payments/*" {
  capabilities = ["read"]
}
path "kv/data/+/shared" {
  capabilities = ["read"]
}
path "kv/metadata/payments/*" {
  capabilities = ["list", "read"]
}
