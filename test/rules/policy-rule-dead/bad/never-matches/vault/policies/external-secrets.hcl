path "kv/data/*/api" { # expect: policy-rule-dead wildcard only as the last character
  capabilities = ["read"]
}
path "//kv/data/x" { # expect: policy-rule-dead
  capabilities = ["read"]
}
path "kv//data/x" { # expect: policy-rule-dead
  capabilities = ["read"]
}
path "kv/data/../x" { # expect: policy-rule-dead
  capabilities = ["read"]
}
path "kv/data/team-+/x" { # expect: policy-rule-dead whole segment
  capabilities = ["read"]
}
path "kv/data/twice" { # expect: policy-rule-dead denies the same path
  capabilities = ["read"]
}
path "kv/data/twice" {
  capabilities = ["deny"]
}
