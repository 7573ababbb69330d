# For the token of `mode: apply`. Whoever may write policies and roles can give themselves everything: treat it as root, and bind
# its role to an environment with reviewers (jwt-role-apply.json). Nothing here deletes, and no secret value can be read.

# The KV mount: is it there, enable it, wait until it answers.
path "sys/mounts" { capabilities = ["read"] }
path "sys/mounts/kv" { capabilities = ["update"] }
path "kv/config" { capabilities = ["read"] }

# The auth mount; enabling one needs sudo.
path "sys/auth" { capabilities = ["read"] }
path "sys/auth/kubernetes" { capabilities = ["update", "sudo"] }
path "auth/kubernetes/config" { capabilities = ["read", "update"] }

# What ESO may do, and who it is.
path "sys/policies/acl/external-secrets" { capabilities = ["read", "update"] }
path "auth/kubernetes/role/external-secrets" { capabilities = ["read", "create", "update"] }
