path "kv/data/payments/api" { capabilities = ["read"] }
path "kv/data/payments/mail" { capabilities = ["read"] }
