# Read by External Secrets Operator.
path "kv/data/payments/*" {
  capabilities = ["read"]
  allowed_parameters = {
    "version" = []
  }
}
path "kv/data/+/shared" { policy = "read" }
path "identity/entity/id/{{identity.entity.id}}" { capabilities = ["read"] }
