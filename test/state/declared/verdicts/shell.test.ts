import { describe, expect, test } from 'vitest'
import { ALLOWS, DENIES, ROLE, verdictOf } from './verdict.ts'

/** Each script writes the role `reader` and its policy; `RULE` stands for the policy's text. */
const SCRIPTS: readonly (readonly [string, string])[] = [
  [
    'a function that adds the word',
    `v() { kubectl exec -i vault-0 -- env VAULT_TOKEN="$T" vault "$@"; }\nv policy write shop-read - <<'E'\nRULE\nE\nv write ${ROLE}\n`,
  ],
  [
    'a function that shifts an argument away',
    `x() {\n  local t=$1; shift\n  kubectl exec -i vault-0 -- env VAULT_TOKEN="$t" vault "$@"\n}\nx "$ROOT" policy write shop-read - <<E\nRULE\nE\nx "$ROOT" write ${ROLE}\n`,
  ],
  [
    'a function that runs a text',
    `V() { kubectl exec vault-0 -- sh -c "export A=b; $*"; }\nV 'vault policy write shop-read - <<E\nRULE\nE'\nV 'vault write ${ROLE}'\n`,
  ],
  [
    'a function that runs its first argument',
    `vexec() { kubectl exec -i vault-0 -- sh -c "$1"; }\nvexec "vault policy write shop-read - <<'E'\nRULE_Q\nE"\nvexec "vault write ${ROLE}"\n`,
  ],
  [
    'a function that joins the rest of its arguments',
    `run() { kubectl -n "$1" exec -i "$2" -- sh -c "\${*:3}"; }\nrun a b vault write ${ROLE}\ncat > p.hcl <<E\nRULE\nE\nvault policy write shop-read p.hcl\n`,
  ],
  [
    'a function with parameters',
    `mk() { vault write auth/kubernetes/role/$1 bound_service_account_names=eso bound_service_account_namespaces=eso policies="$2"; }\nmkp() { vault policy write "$1" -; }\nmkp shop-read <<E\nRULE\nE\nmk reader shop-read\n`,
  ],
  [
    'functions in functions',
    `k() { kubectl exec -i vault-0 -- "$@"; }\nv() { k vault "$@"; }\nv policy write shop-read - <<E\nRULE\nE\nv write ${ROLE}\n`,
  ],
  [
    'a shell of its own with arguments',
    `v() { kubectl exec -i vault-0 -- sh -ceu 'exec vault "$@"' sh "$@"; }\nv policy write shop-read - <<E\nRULE\nE\nv write ${ROLE}\n`,
  ],
  [
    'an alias',
    `alias v='kubectl exec -i vault-0 -- vault'\nv policy write shop-read - <<E\nRULE\nE\nv write ${ROLE}\n`,
  ],
  [
    'a function with a default',
    `mk() { local name=\${1:-reader}; vault write auth/kubernetes/role/$name bound_service_account_names=eso bound_service_account_namespaces=eso policies=shop-read; }\nvault policy write shop-read - <<E\nRULE\nE\nmk\n`,
  ],
  [
    'records in a loop',
    `for spec in "reader|shop-read"; do\n  IFS='|' read -r role policy <<< "$spec"\n  vault write auth/kubernetes/role/$role bound_service_account_names=eso bound_service_account_namespaces=eso policies=$policy\ndone\nvault policy write shop-read - <<E\nRULE\nE\n`,
  ],
  [
    'lines of a heredoc',
    `while read -r role policy; do\n  vault write auth/kubernetes/role/$role bound_service_account_names=eso bound_service_account_namespaces=eso policies=$policy\ndone <<T\nreader shop-read\nT\nvault policy write shop-read - <<E\nRULE\nE\n`,
  ],
  [
    'the text in a variable',
    `P=$(cat <<'E'\nRULE\nE\n)\necho "$P" | vault policy write shop-read -\nvault write ${ROLE}\n`,
  ],
  [
    'a text that read takes',
    `read -r -d '' P <<'E'\nRULE\nE\nvault policy write shop-read - <<< "$P"\nvault write ${ROLE}\n`,
  ],
  ['a process substitution', `vault policy write shop-read <(cat <<E\nRULE\nE\n)\nvault write ${ROLE}\n`],
  [
    'a group in a pipe',
    `{ echo 'path "kv/data/other" {}'; echo 'RULE_S'; } | vault policy write shop-read -\nvault write ${ROLE}\n`,
  ],
  [
    'a loop in a pipe',
    `( for a in shop; do echo 'RULE_S'; done ) | vault policy write shop-read -\nvault write ${ROLE}\n`,
  ],
  [
    'a function that prints the text',
    `gen() { cat <<E\nRULE\nE\n}\ngen | vault policy write shop-read -\nvault write ${ROLE}\n`,
  ],
  [
    'a file copied into the pod',
    `cat > p.hcl <<E\nRULE\nE\nkubectl -n vault cp p.hcl vault-0:/tmp/q.hcl\nvault policy write shop-read /tmp/q.hcl\nvault write ${ROLE}\n`,
  ],
  [
    'a file that another command writes in the pod',
    `kubectl exec vault-0 -- sh -c 'cat > /tmp/p.hcl <<EOF\nRULE\nEOF'\nkubectl exec vault-0 -- vault policy write shop-read /tmp/p.hcl\nvault write ${ROLE}\n`,
  ],
  [
    'one file after the other',
    `cat > p.hcl <<E\npath "a" {}\nE\ncat >> p.hcl <<E\nRULE\nE\nvault policy write shop-read p.hcl\nvault write ${ROLE}\n`,
  ],
  [
    'one file name for two policies',
    `cat > p.hcl <<E\nRULE\nE\nvault policy write shop-read p.hcl\ncat > p.hcl <<E\npath "other" {}\nE\nvault policy write other p.hcl\nvault write ${ROLE}\n`,
  ],
  ['the old field, glued', `vault write sys/policy/shop-read rules=-<<EOF\nRULE\nEOF\nvault write ${ROLE}\n`],
  [
    'JSON on standard input',
    `vault policy write shop-read - <<E\nRULE\nE\nvault write auth/kubernetes/role/reader - <<E\n{"bound_service_account_names": "eso", "bound_service_account_namespaces": ["eso"], "policies": "shop-read"}\nE\n`,
  ],
  [
    'a script on standard input of a shell',
    `cat <<'S' | kubectl exec -i vault-0 -- sh -s\nvault policy write shop-read - <<E\nRULE\nE\nvault write ${ROLE}\nS\n`,
  ],
  [
    'curl',
    `curl -sS -X PUT -H "X-Vault-Token: $T" -d '{"policy": "RULE_J"}' "$VAULT_ADDR/v1/sys/policies/acl/shop-read"\ncurl --request POST --data '{"bound_service_account_names": "eso", "bound_service_account_namespaces": "eso", "policies": ["shop-read"]}' $VAULT_ADDR/v1/auth/kubernetes/role/reader\n`,
  ],
  [
    'curl in a function',
    `api() { curl -sS -X "$1" -d @- "$VAULT_ADDR/v1/$2"; }\napi POST auth/kubernetes/role/reader <<E\n{"bound_service_account_names": "eso", "bound_service_account_namespaces": "eso", "policies": ["shop-read"]}\nE\nvault policy write shop-read - <<E\nRULE\nE\n`,
  ],
  ['a program that is not known', `x "$T" policy write shop-read - <<E\nRULE\nE\nx "$T" write ${ROLE}\n`],
  ['two texts in one', `cat a.hcl - <<E | vault policy write shop-read -\nRULE\nE\nvault write ${ROLE}\n`],
  [
    'the last of two writes',
    `vault policy write shop-read - <<E\npath "x" {}\nE\nvault policy write shop-read - <<E\nRULE\nE\nvault write ${ROLE}\n`,
  ],
]

/** Scripts of which a miss is no more than "unknown": there may be more than is seen. */
const OPEN = new Set(['a program that is not known'])

function filled(script: string, rule: string): string {
  return script
    .replaceAll('RULE_Q', rule.replaceAll('"', '\\"'))
    .replaceAll('RULE_J', rule.replaceAll('"', '\\"'))
    .replaceAll('RULE_S', rule)
    .replaceAll('RULE', rule)
}

describe('what a shell script writes decides (forms.md §3)', () => {
  test.each(SCRIPTS)('%s', async (name, script) => {
    const files = { 'a.hcl': 'path "kv/data/first" { capabilities = ["read"] }\n' }
    const allowed = await verdictOf({ ...files, 'setup.sh': filled(script, ALLOWS) })
    expect([allowed.verdict, allowed.findings]).toEqual(['allowed', []])
    const denied = await verdictOf({ ...files, 'setup.sh': filled(script, DENIES) })
    expect(denied.verdict).toBe(OPEN.has(name) ? 'unknown' : 'denied')
  })

  test.each([
    ['a command that is not told', 'V() { kubectl exec v-0 -- sh -c "$*"; }\nV "$CMD"\n'],
    ['aws-vault', `aws-vault exec prod -- terraform apply\nansible-vault write x\n`],
    ['a function that only says it', `say() { echo "$@"; }\nsay vault write ${ROLE}\n`],
    ['usage', `cat <<U\n  vault write ${ROLE}\nU\n`],
    ['reading by curl', `curl -s $VAULT_ADDR/v1/auth/kubernetes/role/reader\n`],
    ['deleting by curl', `curl -s -X DELETE -d '{}' $VAULT_ADDR/v1/auth/kubernetes/role/reader\n`],
  ])('nothing is written by %s', async (_, script) => {
    const { verdict, because } = await verdictOf({ 'setup.sh': script })
    expect(verdict).toBe('unknown')
    expect(because).toContain('is not in Git')
  })

  test('functions that are sourced are followed', async () => {
    const library =
      'vault_do() {\n  local token="$1"; shift\n  kubectl exec -i vault-0 -- env VAULT_TOKEN="$token" vault "$@"\n}\n'
    const script = `. "$(dirname "$0")/lib/functions.sh"\nvault_do "$root" policy write shop-read - <<E\n${DENIES}\nE\nvault_do "$root" write ${ROLE}\n`
    const { verdict, because } = await verdictOf({ 'setup.sh': script, 'lib/functions.sh': library })
    expect(verdict).toBe('denied')
    expect(because).toContain('setup.sh:3')
  })

  test('variables that are sourced count, and a default is an assumption', async () => {
    const policy = `vault policy write shop-read - <<E\n${ALLOWS}\nE\n`
    const role = 'auth/kubernetes/role/${ROLE} bound_service_account_names=eso bound_service_account_namespaces=eso'
    const sourced = await verdictOf({
      'env.sh': 'ROLE=reader\nexport NAMES=shop-read\n',
      'setup.sh': `source ./env.sh\n${policy}vault write ${role} policies=$NAMES\n`,
    })
    expect(sourced.verdict).toBe('allowed')
    const assumed = await verdictOf({
      'setup.sh': `ROLE="\${ROLE:-reader}"\n${policy}vault write ${role} policies=\${POLICY:-shop-read}\n`,
    })
    expect(assumed.verdict).toBe('allowed')
    expect(assumed.because).toContain('with the default of `ROLE` and `POLICY`')
  })

  test('an option that overrides a variable leaves its default', async () => {
    const { verdict } = await verdictOf({
      'setup.sh': `ROLE=reader\nwhile [ $# -gt 0 ]; do\n  case "$1" in\n    --role) ROLE="$2"; shift 2;;\n  esac\ndone\nvault policy write shop-read - <<E\n${ALLOWS}\nE\nvault write auth/kubernetes/role/$ROLE bound_service_account_names=eso bound_service_account_namespaces=eso policies=shop-read\n`,
    })
    expect(verdict).toBe('allowed')
  })

  test('the loader of a repository names its policy files', async () => {
    const loader = `for f in "$(dirname "$0")"/policies/*.hcl; do\n  name="$(basename "$f" .hcl)"\n  vault policy write "shop-$name" "$f"\ndone\nvault write ${ROLE}\n`
    const { verdict } = await verdictOf({ 'vault/setup.sh': loader, 'vault/policies/read.hcl': ALLOWS })
    expect(verdict).toBe('allowed')
    const cut = loader.replace('name="$(basename "$f" .hcl)"', 'name=${f##*/}; name=${name%.hcl}')
    expect((await verdictOf({ 'vault/setup.sh': cut, 'vault/policies/read.hcl': DENIES })).verdict).not.toBe('allowed')
  })
})
