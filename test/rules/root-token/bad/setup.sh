#!/bin/sh
vault operator init -format=json > init.json
kubectl create secret generic vault-token -n eso \
  --from-literal=token="$(jq -r .root_token init.json)"
