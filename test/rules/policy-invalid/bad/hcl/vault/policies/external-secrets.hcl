path "kv/data/payments/*" {
  capabilities = ["read", "reed"] # expect: policy-invalid
}
