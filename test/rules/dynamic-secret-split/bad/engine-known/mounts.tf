resource "vault_mount" "team_x" {
  path = "team-x"
  type = "aws"
}
