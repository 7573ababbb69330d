path "kv/data/team-a/*" {
  capabilities = ["read"]
}
