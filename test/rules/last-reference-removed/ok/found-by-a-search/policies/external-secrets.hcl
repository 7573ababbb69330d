path "kv/data/payments/api" { capabilities = ["read"] }
path "kv/data/payments/mail" { capabilities = ["read"] }
path "kv/data/payments/*" { capabilities = ["read"] }
path "kv/metadata/payments/*" { capabilities = ["list"] }
