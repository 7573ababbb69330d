path "kv/data/payments/*" {
  capabilities = ["read"]
}
path "kv/+/teams/*" {
  capabilities = ["read"]
}
path "kv/*" {
  capabilities = ["deny"]
}
path "kv/config" {
  capabilities = ["read"]
}
path "legacy/apps/*" {
  capabilities = ["read"]
}
path "kv/data/{{identity.entity.aliases.auth_kubernetes_1a2b3c4d.metadata.service_account_namespace}}/*" {
  capabilities = ["read"]
}
path "kv/data/{{identity.groups.names.ops.id}}/*" {
  capabilities = ["read"]
}
