vault write auth/kubernetes/role/eso bound_service_account_names=eso bound_service_account_namespaces=eso token_policies=eso
vault policy write eso - <<'END'
path "kv/data/shop/*" { capabilities = ["read"] }
END
