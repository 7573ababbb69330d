path "kv/data/+/api" {
  capabilities = ["read"]
}
path "kv/data/team-*" {
  capabilities = ["read"]
}
path "kv/metadata/" {
  capabilities = ["list"]
}
path "kv/data/private/*" {
  capabilities = ["deny"]
}
