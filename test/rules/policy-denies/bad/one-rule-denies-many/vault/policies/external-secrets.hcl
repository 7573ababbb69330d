path "kv/data/*" {
  capabilities = ["read"]
}
path "kv/data/payments/*" { # expect: policy-denies 11 references
  capabilities = ["deny"]
}
