path "kv/data/payments/*" {
  capabilities = ["read"]
}
path "kv/data/team-a/*" {
  capabilities = ["read"]
}
