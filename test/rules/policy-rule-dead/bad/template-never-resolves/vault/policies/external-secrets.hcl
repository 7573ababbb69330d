path "kv/data/payments/*" {
  capabilities = ["read"]
}
path "kv/data/{{kubernetes.token.meta.namespace}}/*" { # expect: policy-rule-dead is no directive of Vault's
  capabilities = ["read"]
}
path "kv/data/{{identity.entity.metadata.team}}/*" { # expect: policy-rule-dead never resolves for a Kubernetes login
  capabilities = ["read"]
}
