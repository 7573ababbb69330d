path "kv/metadata/payments*" {
  capabilities = ["deny"]
}
path "kv/metadata/payments/*" { # expect: policy-version-dependent LIST kv/metadata/payments/
  capabilities = ["list"]
}
path "kv/data/*" {
  capabilities = ["read"]
}
