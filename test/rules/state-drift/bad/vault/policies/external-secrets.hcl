path "kv/data/payments/*" { # expect: state-drift
  capabilities = ["read"]
}
