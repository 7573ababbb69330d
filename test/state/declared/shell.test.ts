import { describe, expect, test } from 'vitest'
import { declare, expectExactPlaces, placeOf, policyNamed } from './declare.ts'

const RULE = 'path "kv/data/a" { capabilities = ["read"] }'

describe('policy write in shell (field.md §4)', () => {
  const forms: readonly [string, string, number][] = [
    ['a quoted heredoc', `vault policy write eso - <<'EOF'\n${RULE}\nEOF\n`, 2],
    ['an unquoted heredoc', `bao policy write eso - <<EOF\n${RULE}\nEOF\n`, 2],
    ['a heredoc with tabs', `vault policy write eso - <<-"HCL"\n\t\t${RULE}\n\tHCL\n`, 2],
    ['flags before the name', `vault policy write -namespace=team -address "$A" eso - <<X\n${RULE}\nX\n`, 2],
    ['the heredoc before the arguments', `vault <<E policy write eso -\n${RULE}\nE\n`, 2],
    ['cat and a pipe', `cat <<EOF | vault policy write eso -\n${RULE}\nEOF\n`, 2],
    ['a pipe over lines', `cat <<EOF |\n${RULE}\nEOF\n  vault policy write eso -\n`, 2],
    ['echo', `echo '${RULE}' | vault policy write eso -`, 1],
    ['printf with a format', `printf '%s\\n' '${RULE}' | bao policy write eso -`, 1],
    ['a here-string', `vault policy write eso - <<< '${RULE}'`, 1],
    ['kubectl exec', `kubectl -n vault exec -i vault-0 -- vault policy write eso - <<EOF\n${RULE}\nEOF\n`, 2],
    [
      'docker exec of a container named vault',
      `docker exec -i vault vault policy write eso - <<EOF\n${RULE}\nEOF\n`,
      2,
    ],
    ['a path to the program', `/usr/local/bin/bao policy write eso - <<EOF\n${RULE}\nEOF\n`, 2],
    ['sudo and environment', `sudo VAULT_ADDR=x vault policy write eso - <<EOF\n${RULE}\nEOF\n`, 2],
    [
      'a variable that holds the command',
      `V="kubectl exec -i v-0 -- vault"\n$V policy write eso - <<EOF\n${RULE}\nEOF\n`,
      3,
    ],
    ['sh -c', `kubectl exec vault-0 -- sh -ec '\n  set -e\n  vault policy write eso - <<EOF\n${RULE}\nEOF\n'`, 4],
    ['a shell that reads a heredoc', `ssh host bash -s <<'S'\nvault policy write eso - <<'P'\n${RULE}\nP\nS\n`, 3],
    [
      'a condition',
      `if ! vault policy read eso; then\n  vault policy write eso - <<EOF || exit 1\n${RULE}\nEOF\nfi\n`,
      3,
    ],
    ['a function', `setup() {\n  vault policy write eso - <<EOF\n${RULE}\nEOF\n}\nsetup\n`, 3],
    ['a command substitution', `out=$(vault policy write eso - <<EOF\n${RULE}\nEOF\n)\n`, 2],
    [
      'a file the script writes with cat',
      `cat > /tmp/p.hcl <<EOF\n${RULE}\nEOF\nvault policy write eso /tmp/p.hcl\n`,
      2,
    ],
    ['a file the script writes with tee', `tee p.hcl <<EOF\n${RULE}\nEOF\nvault policy write eso p.hcl\n`, 2],
    ['a variable with the text', `P='\n${RULE}\n'\necho "$P" | vault policy write eso -\n`, 2],
    ['the API path', `vault write sys/policies/acl/eso policy=- <<EOF\n${RULE}\nEOF\n`, 2],
    ['upper case, which the server lowers (vault.md §1.6)', `vault policy write ESO - <<EOF\n${RULE}\nEOF\n`, 2],
    ['an indented delimiter that the author meant', `vault policy write eso - <<EOF\n${RULE}\n  EOF\necho done\n`, 2],
    ['CRLF', `vault policy write eso - <<EOF\r\n${RULE}\r\nEOF\r\n`, 2],
    ['line continuations', `vault \\\n  policy write \\\n  eso - <<EOF\n${RULE}\nEOF\n`, 4],
    ['two heredocs on one line', `cat <<A; vault policy write eso - <<B\nnot this\nA\n${RULE}\nB\n`, 4],
  ]
  test.each(forms)('%s', (_, script, line) => {
    const files = { 'setup.sh': script }
    const declared = declare(files)
    expect(declared.state.policies.map((policy) => policy.name)).toEqual(['eso'])
    const policy = policyNamed(declared, 'eso')
    expect(policy.text.trim()).toBe(RULE)
    expect(policy.unknown).toEqual([])
    expect(placeOf(policy)).toBe(`setup.sh:${line}`)
    expectExactPlaces(files, policy)
    expect(policy.provenance).toMatchObject({ from: 'git', form: 'shell' })
  })

  const silent: readonly [string, string][] = [
    ['a comment', `# vault policy write eso - <<EOF\n`],
    ['a message', `echo vault policy write eso p.hcl\n`],
    ['a quoted message', `echo "run: vault policy write eso p.hcl"\n`],
    ['a heredoc of another command', `cat <<'EOF' > help.txt\nvault policy write eso p.hcl\nEOF\n`],
    ['reading', `vault policy read eso\nvault read auth/kubernetes/role/eso\n`],
  ]
  test.each(silent)('nothing is declared by %s', (_, script) => {
    const { state, also } = declare({ 'setup.sh': script })
    expect([...state.policies, ...state.roles, ...also.textless]).toEqual([])
  })

  test('a script without extension is read when its first line says so', () => {
    const script = `#!/usr/bin/env bash\nvault policy write eso - <<EOF\n${RULE}\nEOF\n`
    expect(declare({ 'bin/setup': script }).state.policies).toHaveLength(1)
    expect(declare({ 'bin/setup': script.replace('bash', 'python3') }).state.policies).toHaveLength(0)
  })

  test('a quote that never ends loses only itself', () => {
    const script = `echo don't\nvault policy write eso - <<EOF\n${RULE}\nEOF\n`
    expect(policyNamed(declare({ 'a.sh': script }), 'eso').text.trim()).toBe(RULE)
  })
})

describe('shell variables: text with them is partly known (field.md §4)', () => {
  const bodies: readonly [string, string, string, string[]][] = [
    ['set once', 'M=kv\nvault policy write p - <<EOF\npath "$M/data/*" {}\nEOF', 'path "kv/data/*" {}', []],
    [
      'set through another',
      'E=prod\nM=kv/$E\nvault policy write p - <<EOF\npath "${M}/x" {}\nEOF',
      'path "kv/prod/x" {}',
      [],
    ],
    ['exported', 'export M="kv"\nvault policy write p - <<EOF\npath "${M}/x" {}\nEOF', 'path "kv/x" {}', []],
    ['a default', 'vault policy write p - <<EOF\npath "${M:-kv}/x" {}\nEOF', 'path "kv/x" {}', []],
    ['a default of itself', 'M=${M:-kv}\nvault policy write p - <<EOF\npath "$M/x" {}\nEOF', 'path "kv/x" {}', []],
    ['a default by colon', ': "${M:=kv}"\nvault policy write p - <<EOF\npath "$M/x" {}\nEOF', 'path "kv/x" {}', []],
    ['not set', 'vault policy write p - <<EOF\npath "$M/x" {}\nEOF', 'path "${M}/x" {}', ['M']],
    ['set twice', 'M=a\nM=b\nvault policy write p - <<EOF\npath "$M/x" {}\nEOF', 'path "${M}/x" {}', ['M']],
    ['read from a person', 'read -r M\nvault policy write p - <<EOF\npath "$M/x" {}\nEOF', 'path "${M}/x" {}', ['M']],
    ['from a command', 'M=$(pwd)\nvault policy write p - <<EOF\npath "$M/x" {}\nEOF', 'path "${M}/x" {}', ['M']],
    ['a required one', 'vault policy write p - <<EOF\npath "${M:?set M}/x" {}\nEOF', 'path "${M}/x" {}', ['M']],
    ['a cut one', 'M=a.b\nvault policy write p - <<EOF\npath "${M%.b}/x" {}\nEOF', 'path "a/x" {}', []],
    [
      'one cut by a pattern that is not read',
      'M=a.b\nvault policy write p - <<EOF\npath "${M%.[b]}/x" {}\nEOF',
      'path "${M}/x" {}',
      ['M'],
    ],
    ['escaped', 'M=a\nvault policy write p - <<EOF\npath "\\$M/x" {}\nEOF', 'path "$M/x" {}', []],
    ['in a quoted heredoc', 'M=a\nvault policy write p - <<\'EOF\'\npath "$M/${M}" {}\nEOF', 'path "$M/${M}" {}', []],
    [
      'a template of Vault itself',
      'vault policy write p - <<EOF\npath "kv/{{identity.entity.name}}" {}\nEOF',
      'path "kv/{{identity.entity.name}}" {}',
      [],
    ],
  ]
  test.each(bodies)('%s', (_, script, text, unknown) => {
    const policy = policyNamed(declare({ 'a.sh': script }), 'p')
    expect(policy.text.trim()).toBe(text)
    expect(policy.unknown).toEqual(unknown)
  })

  test('a name with an unknown part keeps the known one, in lower case', () => {
    const { state } = declare({ 'a.sh': 'vault policy write "$ENV-Reader" - <<EOF\npath "kv/x" {}\nEOF' })
    expect(state.policies[0]).toMatchObject({ name: '${ENV}-reader', unknown: ['ENV'] })
  })

  test.each([
    ['a list', 'for ns in a b; do'],
    ['a variable split at blanks', 'N="a b"\nfor ns in $N; do'],
    ['an array', 'N=(a "b")\nfor ns in "${N[@]}"; do'],
  ])('a loop over %s is unrolled', (_, head) => {
    const { state } = declare({
      'a.sh': `${head}\n  vault policy write "eso-$ns" - <<EOF\npath "kv/data/$ns/*" {}\nEOF\n  vault write auth/kubernetes/role/$ns policies=eso-$ns bound_service_account_names=eso bound_service_account_namespaces=$ns\ndone\n`,
    })
    expect(state.policies.map(({ name, text, unknown }) => [name, text.trim(), unknown])).toEqual([
      ['eso-a', 'path "kv/data/a/*" {}', []],
      ['eso-b', 'path "kv/data/b/*" {}', []],
    ])
    expect(
      state.roles.map(({ name, policies, boundServiceAccountNamespaces }) => [
        name,
        policies,
        boundServiceAccountNamespaces,
      ]),
    ).toEqual([
      ['a', ['eso-a'], ['a']],
      ['b', ['eso-b'], ['b']],
    ])
  })

  test('a loop over what only the cluster knows stays unknown', () => {
    const { state } = declare({
      'a.sh': 'for ns in $(kubectl get ns -o name); do vault write auth/kubernetes/role/$ns policies=p; done',
    })
    expect(state.roles[0]).toMatchObject({ name: '${ns}', unknown: ['ns'], policies: ['p'] })
  })
})

describe('roles in shell (vault.md §4.6, §4.7)', () => {
  const role = (script: string) => declare({ 'a.sh': script }).state.roles[0]

  test('continuations, quotes and comma lists', () => {
    const fact = role(
      'bao write auth/k8s/main/role/ESO \\\n  bound_service_account_names="external-secrets,eso-*" \\\n  bound_service_account_namespaces=\'*\' \\\n  token_policies=default,Reader,other audience=vault ttl=1h token_max_ttl="2h"\n',
    )
    expect(fact).toMatchObject({
      authMount: 'k8s/main',
      type: 'kubernetes',
      name: 'eso',
      policies: ['reader', 'other'],
      boundServiceAccountNames: ['external-secrets', 'eso-*'],
      boundServiceAccountNamespaces: ['*'],
      audiences: ['vault'],
      noDefaultPolicy: false,
      fields: { ttl: '1h', token_max_ttl: '2h' },
      provenance: { span: { line: 1, endLine: 4 } },
    })
  })
  test('of both names of the policies field token_policies alone counts (vault.md §4.6)', () => {
    const both = role('vault write auth/kubernetes/role/r policies=a,b token_policies=b')
    expect(both).toMatchObject({ policies: ['b'], droppedPolicies: ['a'] })
    const same = role('vault write auth/kubernetes/role/r policies=b token_policies=b')
    expect(same?.droppedPolicies).toBeUndefined()
  })
  test('the audience is the field that the role type has (vault.md §4.6)', () => {
    const bound = 'bound_service_account_names=a bound_service_account_namespaces=a'
    const kubernetes = role(`vault write auth/kubernetes/role/r ${bound} bound_audiences=vault`)
    expect(kubernetes?.audiences).toBeUndefined()
    expect(kubernetes?.fields).toMatchObject({ bound_audiences: 'vault' })
    expect(role(`vault write auth/kubernetes/role/r ${bound} audience=vault`)?.audiences).toEqual(['vault'])
    expect(role('vault write auth/jwt/role/r user_claim=sub bound_audiences=a,b audience=c')?.audiences).toEqual([
      'a',
      'b',
    ])
  })
  test('the auth mount that is enabled tells the type, whatever the fields look like', () => {
    const fact = role(
      'vault auth enable -path=k8s kubernetes\nvault write auth/k8s/role/r bound_audiences=vault audience=a',
    )
    expect(fact).toMatchObject({ type: 'kubernetes', audiences: ['a'], fields: { bound_audiences: ['vault'] } })
  })
  test('parameters, each at its place', () => {
    const fact = role('vault write auth/kubernetes/role/r \\\n  policy=x \\\n  ttl="1h" $MORE')
    expect(fact?.parameters?.map(({ name, span }) => `${name} ${span.line}:${span.column}`)).toEqual([
      'policy 2:3',
      'ttl 3:3',
    ])
  })
  test('a key given twice is a list', () => {
    expect(role('vault write auth/kubernetes/role/r policies=a policies=b')?.policies).toEqual(['a', 'b'])
  })
  test('policies from a variable cannot be told', () => {
    expect(role('vault write auth/kubernetes/role/r policies="$P"')).toMatchObject({
      policies: undefined,
      unknown: ['P'],
    })
    expect(role('vault write auth/kubernetes/role/r policies="a,$P"')).toMatchObject({
      policies: ['a', '${P}'],
      unknown: ['P'],
    })
  })
  test('token_no_default_policy', () => {
    expect(role('vault write auth/kubernetes/role/r policies=a token_no_default_policy=true')?.noDefaultPolicy).toBe(
      true,
    )
  })
  test('approle', () => {
    expect(role('vault write auth/approle/role/ci token_policies=ci secret_id_ttl=10m')).toMatchObject({
      authMount: 'approle',
      type: 'approle',
      policies: ['ci'],
      fields: { secret_id_ttl: '10m' },
    })
  })
  test('jwt, as JSON on standard input', () => {
    const fact = role(
      'vault write auth/jwt/role/gh - <<JSON\n{"role_type":"jwt","user_claim":"sub","bound_audiences":["a"],"bound_subject":"repo:x","bound_claims":{"repository":"o/r","ref":["x","y"]},"token_policies":["gh"]}\nJSON\n',
    )
    expect(fact).toMatchObject({
      type: 'jwt',
      policies: ['gh'],
      audiences: ['a'],
      boundSubject: 'repo:x',
      boundClaims: { repository: ['o/r'], ref: ['x', 'y'] },
      fields: { role_type: 'jwt', user_claim: 'sub' },
    })
  })
  test('fields from a file that cannot be seen', () => {
    expect(role('vault write auth/jwt/role/gh @role.json')).toMatchObject({
      policies: undefined,
      unknown: ['@role.json'],
    })
  })
  test('no credential is kept', () => {
    const { state } = declare({
      'a.sh':
        'vault write auth/kubernetes/config kubernetes_host=https://k token_reviewer_jwt=eyJsecret disable_local_ca_jwt=true\nvault write auth/oidc/config oidc_client_secret=hush oidc_discovery_url=https://i\nvault write auth/approle/role/r token_policies=a secret_id=hush password=hush token_ttl=5m\n',
    })
    expect(JSON.stringify(state)).not.toMatch(/eyJsecret|hush/)
    expect(state.authMounts[0]?.config).toEqual({
      kubernetes_host: 'https://k',
      token_reviewer_jwt: '(set)',
      disable_local_ca_jwt: 'true',
    })
    expect(state.roles[0]?.fields).toEqual({ secret_id: '(set)', password: '(set)', token_ttl: '5m' })
  })
  test.each([
    'vault write auth/approle/role/r/secret-id x=y',
    'vault write -f auth/approle/login role_id=x',
    'vault write kv/data/role/x a=b',
  ])('%s is no role', (script) => {
    expect(role(script)).toBeUndefined()
  })
})

describe('mounts in shell', () => {
  test.each([
    ['vault secrets enable -path=kv kv-v2', { path: 'kv', type: 'kv', version: 2 }],
    ['bao secrets enable -path apps/ -version=2 kv', { path: 'apps', type: 'kv', version: 2 }],
    ['vault secrets enable -version=1 -path=old kv', { path: 'old', type: 'kv', version: 1 }],
    ['vault secrets enable kv', { path: 'kv', type: 'kv', version: 1 }],
    ['vault secrets enable -options=version=2 kv', { path: 'kv', type: 'kv', version: 2 }],
    ['vault secrets enable database', { path: 'database', type: 'database' }],
    ['vault write sys/mounts/kv type=kv options=version=2', { path: 'kv', type: 'kv', version: 2 }],
    ['vault secrets enable -path="$M" kv-v2', { path: '${M}', type: 'kv', version: 2, unknown: ['M'] }],
  ])('%s', (script, mount) => {
    const { state } = declare({ 'a.sh': `${script} || true\n` })
    expect(state.mounts).toHaveLength(1)
    expect(state.mounts[0]).toMatchObject(mount)
    expect(state.mounts[0]?.version).toBe('version' in mount ? mount.version : undefined)
  })
  test.each([
    ['vault auth enable kubernetes', { path: 'kubernetes', type: 'kubernetes' }],
    ['vault auth enable -path=k8s-prod kubernetes', { path: 'k8s-prod', type: 'kubernetes' }],
    ['vault write auth/kubernetes/config kubernetes_host=https://k', { path: 'kubernetes', type: 'kubernetes' }],
  ])('%s', (script, mount) => {
    expect(declare({ 'a.sh': script }).state.authMounts).toMatchObject([mount])
  })
  test('a role is of the type of its mount', () => {
    const { state } = declare({
      'a.sh': 'vault auth enable -path=ci approle\nvault write auth/ci/role/r token_policies=a',
    })
    expect(state.roles[0]?.type).toBe('approle')
  })
  test('enabling and configuring is one auth mount', () => {
    const script = 'vault auth enable -path=k kubernetes\nvault write auth/k/config kubernetes_host=https://k\n'
    const { state, conflicts } = declare({ 'a.sh': script })
    expect(state.authMounts).toMatchObject([
      { path: 'k', type: 'kubernetes', config: { kubernetes_host: 'https://k' } },
    ])
    expect(conflicts).toEqual([])
  })
})

describe('Vault namespaces of a script (eso.md §5.4)', () => {
  const namespaces = (script: string) => {
    const { state } = declare({ 'a.sh': script })
    return [...state.roles, ...state.policies, ...state.mounts, ...state.authMounts].map((fact) => fact.vaultNamespace)
  }
  const write = 'write auth/kubernetes/role/r policies=p'

  test.each([
    [
      'an exported variable',
      `export VAULT_NAMESPACE=admin/team/\nvault ${write}\nvault secrets enable -path=kv kv-v2`,
      'admin/team',
    ],
    ['a plain one', `VAULT_NAMESPACE=admin\nvault ${write}`, 'admin'],
    ['a flag', `export VAULT_NAMESPACE=other\nvault write -namespace=admin auth/kubernetes/role/r policies=p`, 'admin'],
    ['the variable of one command', `VAULT_NAMESPACE=admin vault ${write}`, 'admin'],
    ['a variable that is known', `NS=admin\nexport BAO_NAMESPACE="$NS"\nbao ${write}`, 'admin'],
    ['a policy', `export VAULT_NAMESPACE=admin\nvault policy write p - <<E\n${RULE}\nE\n`, 'admin'],
    ['a script in a script', `export VAULT_NAMESPACE=admin\nsh -c 'vault ${write}'`, 'admin'],
    ['nothing said', `vault ${write}`, undefined],
    ['a variable that is not known', `export VAULT_NAMESPACE=$1\nvault ${write}`, undefined],
    ['two of them', `export VAULT_NAMESPACE=a\nvault ${write}\nexport VAULT_NAMESPACE=b`, undefined],
    ['one that is taken back', `export VAULT_NAMESPACE=a\nunset VAULT_NAMESPACE\nvault ${write}`, undefined],
    ['the variable of another command', `VAULT_NAMESPACE=a vault status\nvault ${write}`, undefined],
  ])('%s', (_, script, namespace) => {
    expect(new Set(namespaces(script))).toEqual(new Set([namespace]))
  })

  test('roles of two namespaces are two roles, and a page gives way to both', () => {
    const { state, conflicts } = declare({
      'a.sh':
        'vault write -namespace=a auth/kubernetes/role/r policies=p\nvault write -namespace=b auth/kubernetes/role/r policies=q',
      'README.md': '```sh\nvault write auth/kubernetes/role/r policies=example\n```\n',
    })
    expect(state.roles.map(({ policies, vaultNamespace }) => [vaultNamespace, policies])).toEqual([
      ['a', ['p']],
      ['b', ['q']],
    ])
    expect(conflicts).toEqual([])
  })
})

test('directives that only Vault could mean are its own, and no variable of the script', () => {
  const path = 'kv/data/{{auth.kubernetes.token_meta_service_account_namespace}}/*'
  const policy = policyNamed(declare({ 'a.sh': `vault policy write p - <<'E'\npath "${path}" {}\nE\n` }), 'p')
  expect(policy).toMatchObject({ text: expect.stringContaining(path), unknown: [] })
  const helm = policyNamed(
    declare({ 'a.sh': 'vault policy write p - <<E\npath "kv/{{ .Values.team }}/*" {}\nE\n' }),
    'p',
  )
  expect(helm.unknown).toEqual(['.Values.team'])
})
