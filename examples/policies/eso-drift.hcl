# For the token of `mode: drift`, and enough for `mode: plan`: what a check needs, and how mounts and logins are set up. It writes
# nothing and reads no secret value.

# As in eso-check.hcl; `list` for `drift.owned`, and for `dataFrom.find`.
path "kv/metadata/*" { capabilities = ["read", "list"] }
path "kv/subkeys/*" { capabilities = ["read"] }
path "auth/kubernetes/role/external-secrets" { capabilities = ["read"] }
path "sys/policies/acl/external-secrets" { capabilities = ["read"] }

# How Vault asks the API server about logins. The reviewer's token is never shown.
path "auth/kubernetes/config" { capabilities = ["read"] }

# Only these two can tell that a mount is absent; without them it is "missing, or not visible".
path "sys/mounts" { capabilities = ["read"] }
path "sys/auth" { capabilities = ["read"] }
