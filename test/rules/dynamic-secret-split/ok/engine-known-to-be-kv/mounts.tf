resource "vault_mount" "database" {
  path    = "database"
  type    = "kv"
  options = { version = "1" }
}
