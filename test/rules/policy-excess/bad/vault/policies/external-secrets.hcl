path "kv/data/payments/*" {
  capabilities = ["read", "delete"] # expect: policy-excess No reference needs `delete` on `kv/data/payments/*`
}
path "kv/data/team-a/*" {
  capabilities = ["read"] # expect: policy-excess No reference needs rule `kv/data/team-a/*` of policy `external-secrets`
}
