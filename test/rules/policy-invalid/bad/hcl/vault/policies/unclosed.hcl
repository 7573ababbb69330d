path "kv/data/payments/*" {
  capabilities = ["read" } # expect: policy-invalid
}
