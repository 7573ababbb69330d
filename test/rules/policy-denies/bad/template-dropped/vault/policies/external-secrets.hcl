path "kv/data/{{kubernetes.token.namespace}}/*" {
  capabilities = ["read"]
}
