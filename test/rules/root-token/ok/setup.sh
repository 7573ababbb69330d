#!/bin/sh
vault policy write eso - <<EOF
path "kv/data/shop/*" { capabilities = ["read"] }
EOF
token=$(vault token create -policy=eso -orphan -period=24h -format=json | jq -r .auth.client_token)
kubectl create secret generic vault-token -n eso --from-literal=token="$token"
