path "kv/metadata/payments/*" {
  capabilities = ["list"]
}
path "kv/data/payments/api" {
  capabilities = ["read"]
}
