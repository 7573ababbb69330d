# For the token of `mode: check`: everything that a check asks of the server, and no secret value. Change `kv`, `kubernetes` and
# `external-secrets` to your KV mount, auth mount, and to the policy and role that ESO logs in with.

# Whether a secret exists, its versions, and who manages it; `list` for the folders that `dataFrom.find` searches.
path "kv/metadata/*" { capabilities = ["read", "list"] }

# The names of its keys, without their values.
path "kv/subkeys/*" { capabilities = ["read"] }

# The role that ESO logs in with: whom it binds, and which policies it gives.
path "auth/kubernetes/role/external-secrets" { capabilities = ["read"] }

# The text of those policies.
path "sys/policies/acl/external-secrets" { capabilities = ["read"] }
