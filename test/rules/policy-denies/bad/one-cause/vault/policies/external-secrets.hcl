path "kv/data/team-a/*" { # expect: policy-denies 11 references
  capabilities = ["read"]
}
