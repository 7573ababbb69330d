listener "tcp" {
  address = "0.0.0.0:8200"
}
storage "raft" {
  path = "/vault/data"
}
