path "kv/data/payments/*" {
  capabilities = ["read", "delete"] # expect: policy-excess no reference needs `delete`
}
path "kv/data/team-a/*" {
  capabilities = ["read"] # expect: policy-excess no reference needs the rule
}
