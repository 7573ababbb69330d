vault write auth/kubernetes/role/apps bound_service_account_names=eso bound_service_account_namespaces=e policies=apps
vault policy write apps - <<EOT
path "kv/data/app" { capabilities = ["read"] }
path "database/creds/app" { capabilities = ["read"] }
EOT
