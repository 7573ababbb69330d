path "kv/data/payments/*" {
  capabilities = ["read"]
}
path "kv/teams/*" { # expect: policy-rule-dead `kv/teams/*` matches none of them and grants nothing
  capabilities = ["read", "list"]
}
path "kv/data/payments/root" {
  capabilities = ["deny"]
}
path "kv/payments/admin" { # expect: policy-rule-dead protects nothing
  capabilities = ["deny"]
}
