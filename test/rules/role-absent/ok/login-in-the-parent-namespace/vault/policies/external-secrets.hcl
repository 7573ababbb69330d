path "payments/kv/data/payments/*" {
  capabilities = ["read"]
}
