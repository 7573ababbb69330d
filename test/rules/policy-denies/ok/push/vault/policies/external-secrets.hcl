path "kv/data/payments/*" {
  capabilities = ["read", "update"]
}
path "kv/metadata/payments/*" {
  capabilities = ["create", "read", "update"]
}
