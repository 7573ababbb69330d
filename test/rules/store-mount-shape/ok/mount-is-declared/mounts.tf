resource "vault_mount" "odd" {
  path    = "team/data"
  type    = "kv"
  options = { version = "2" }
}
