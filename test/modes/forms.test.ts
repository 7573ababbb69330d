import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { check } from '../../src/modes/check.ts'
import { EMPTY_CONFIG } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'

/**
 * One small repository for each way in which Git says policies, roles and stores (docs/spec/forms.md): one ExternalSecret that reads
 * `kv/shop/db` through store `vault`, whose role is `reader`. The first word is what the law must say to it: `unknown` where a form cannot
 * be followed to its end, `none` where nothing makes ESO ask.
 */
type Verdict = 'allowed' | 'denied' | 'unknown' | 'none'
interface Options {
  /** Left out, because the case declares it. */
  readonly es?: false
  readonly store?: false
  /** Of the store; `token`: a token in Secret eso/tok. */
  readonly auth?: string
  /** A rule that must speak; else none but policy-denies may. */
  readonly finding?: string
}
type Case = readonly [name: string, verdict: Verdict, files: Readonly<Record<string, string>>, options?: Options]

const KUBERNETES = '{kubernetes: {mountPath: kubernetes, role: reader, serviceAccountRef: {name: eso, namespace: eso}}}'
const TOKEN = '{tokenSecretRef: {name: tok, namespace: eso, key: token}}'
const storeWith = (auth: string) => `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: vault}
spec:
  provider: {vault: {server: "https://v.example.com", path: kv, version: v2, auth: ${auth}}}
`
const SECRET = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: a, namespace: shop}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  data: [{secretKey: a, remoteRef: {key: shop/db, property: a}}]
`
const settings = resolveSettings({
  given: { from: 'terminal', command: 'check', subject: undefined, values: {}, format: 'json', color: false },
  config: EMPTY_CONFIG,
  environment: readEnvironment({}),
  folder: 'repository',
})

async function judged(files: Case[2], { es, store, auth = KUBERNETES }: Options) {
  const cwd = mkdtempSync(join(tmpdir(), 'eso-vault-forms-'))
  const all = {
    ...(es === false ? {} : { 'es.yaml': SECRET }),
    ...(store === false ? {} : { 'store.yaml': storeWith(auth === 'token' ? TOKEN : auth) }),
    ...files,
  }
  try {
    for (const [file, text] of Object.entries(all)) {
      mkdirSync(dirname(join(cwd, file)), { recursive: true })
      writeFileSync(join(cwd, file), text)
    }
    const { report } = await check(settings, { cwd, today: '2026-06-01', live: undefined, incomplete: [] })
    const verdicts = report.references.map(({ accesses }): Verdict => {
      const found = accesses.map(({ decision }) => decision.verdict)
      if (found.length === 0 || found.includes('unknown')) return 'unknown'
      return found.includes('denied') ? 'denied' : 'allowed'
    })
    const rules = report.findings.filter(({ severity }) => severity !== 'note').map(({ rule }) => rule)
    return { verdict: verdicts.length === 0 ? 'none' : [...new Set(verdicts)].join(), rules: [...new Set(rules)] }
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}

const POL = 'path "kv/data/shop/*" { capabilities = ["read"] }'
const NOPOL = 'path "kv/data/blog/*" { capabilities = ["read"] }'
const ROLE = 'bound_service_account_names=eso bound_service_account_namespaces=eso policies=shop-read'
const sh = (script: string) => ({ 'setup.sh': `#!/bin/sh\n${script}\n` })
const RW = `vault write auth/kubernetes/role/reader ${ROLE}`
const P = (rules: string) => `vault policy write shop-read - <<EOF\n${rules}\nEOF`
const ESH = (key: string, namespace = 'shop') =>
  `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: a\n  namespace: ${namespace}\nspec:\n  secretStoreRef: {name: vault, kind: ClusterSecretStore}\n  data:\n    - secretKey: a\n      remoteRef: {key: ${key}, property: a}\n`
const role = (policies: string) =>
  `resource "vault_kubernetes_auth_backend_role" "r" {\n  backend = "kubernetes"\n  role_name = "reader"\n  bound_service_account_names = ["eso"]\n  bound_service_account_namespaces = ["eso"]\n  token_policies = ${policies}\n}\n`
const pol = (rules: string) =>
  `resource "vault_policy" "s" {\n  name = "shop-read"\n  policy = <<EOT\n${rules}\nEOT\n}\n`
const TFSTORE = (name: string) =>
  `resource "kubernetes_manifest" "store" {\n  manifest = {\n    apiVersion = "external-secrets.io/v1"\n    kind = "ClusterSecretStore"\n    metadata = { name = "vault" }\n    spec = { provider = { vault = { server = "https://v", path = "kv", version = "v2", auth = { kubernetes = { mountPath = "kubernetes", role = ${name}, serviceAccountRef = { name = "eso", namespace = "eso" } } } } } }\n  }\n}\n`

const TEXTS: readonly Case[] = [
  // Scripts.
  ['plain', 'allowed', sh(`vault policy write shop-read - <<EOF\n${POL}\nEOF\n${RW}`)],
  ['plain denied', 'denied', sh(`vault policy write shop-read - <<EOF\n${NOPOL}\nEOF\n${RW}`)],
  [
    'S1',
    'allowed',
    sh(
      `v() { kubectl exec -i vault-0 -- env VAULT_TOKEN="$T" vault "$@"; }\nv policy write shop-read - <<'E'\n${POL}\nE\nv write auth/kubernetes/role/reader ${ROLE}`,
    ),
  ],
  [
    'S2',
    'allowed',
    sh(
      `x() { local t=$1; shift; kubectl exec -i vault-0 -- env VAULT_TOKEN="$t" vault "$@"; }\nx "$ROOT" policy write shop-read - <<'E'\n${POL}\nE\nx "$ROOT" write auth/kubernetes/role/reader ${ROLE}`,
    ),
  ],
  [
    'S3',
    'allowed',
    sh(
      `V() { kubectl exec vault-0 -- sh -c "export A=b; $*"; }\nV 'vault policy write shop-read - <<E\n${POL}\nE'\nV 'vault write auth/kubernetes/role/reader ${ROLE}'`,
    ),
  ],
  ['S3b nothing', 'unknown', sh(`V() { kubectl exec vault-0 -- sh -c "export A=b; $*"; }\nV "$CMD"`)],
  [
    'alias',
    'allowed',
    sh(
      `alias v='kubectl exec -i vault-0 -- vault'\nv policy write shop-read - <<'E'\n${POL}\nE\nv write auth/kubernetes/role/reader ${ROLE}`,
    ),
  ],
  [
    'function params',
    'allowed',
    sh(
      `mk() { vault write auth/kubernetes/role/$1 bound_service_account_names=eso bound_service_account_namespaces=eso policies="$2"; }\nmkp() { vault policy write "$1" -; }\nmkp shop-read <<E\n${POL}\nE\nmk reader shop-read`,
    ),
  ],
  [
    'records IFS',
    'allowed',
    sh(
      `while IFS='|' read -r a b; do vault write auth/kubernetes/role/$a bound_service_account_names=eso bound_service_account_namespaces=eso policies="$b"; done <<T\nreader|shop-read\nT\nvault policy write shop-read - <<EOF\n${POL}\nEOF`,
    ),
  ],
  [
    'records herestring',
    'allowed',
    sh(
      `for spec in 'reader|shop-read'; do IFS='|' read -r a b <<< "$spec"; vault write auth/kubernetes/role/$a bound_service_account_names=eso bound_service_account_namespaces=eso policies="$b"; done\nvault policy write shop-read - <<EOF\n${POL}\nEOF`,
    ),
  ],
  [
    'jq records',
    'unknown',
    sh(
      `jq -r '.[]|.a,.b' x.json | while read a b; do vault write auth/kubernetes/role/$a bound_service_account_names=eso bound_service_account_namespaces=eso policies="$b"; done\nvault policy write shop-read - <<EOF\n${POL}\nEOF`,
    ),
  ],
  ['policy in var', 'allowed', sh(`P=$(cat <<'E'\n${POL}\nE\n)\necho "$P" | vault policy write shop-read -\n${RW}`)],
  [
    'policy in var read -d',
    'allowed',
    sh(`read -r -d '' P <<'E'\n${POL}\nE\necho "$P" | vault policy write shop-read -\n${RW}`),
  ],
  ['policy in var +=', 'unknown', sh(`P='${NOPOL}'\nP+="$MORE"\necho "$P" | vault policy write shop-read -\n${RW}`)],
  ['process subst', 'allowed', sh(`vault policy write shop-read <(cat <<EOF\n${POL}\nEOF\n)\n${RW}`)],
  [
    'cat a b',
    'allowed',
    { ...sh(`cat a.hcl b.hcl | vault policy write shop-read -\n${RW}`), 'a.hcl': NOPOL, 'b.hcl': POL },
  ],
  [
    'cat a - heredoc',
    'allowed',
    { ...sh(`cat a.hcl - <<E | vault policy write shop-read -\n${POL}\nE\n${RW}`), 'a.hcl': NOPOL },
  ],
  ['group echo', 'allowed', sh(`{ echo '${POL}'; echo; } | vault policy write shop-read -\n${RW}`)],
  [
    'loop out',
    'unknown',
    sh(
      `( for a in $APPS; do echo "path \\"kv/data/$a/*\\" { capabilities = [\\"read\\"] }"; done ) | vault policy write shop-read -\n${RW}`,
    ),
  ],
  [
    'kubectl cp',
    'allowed',
    sh(
      `cat > p.hcl <<E\n${POL}\nE\nkubectl cp p.hcl vault-0:/tmp/q.hcl\nkubectl exec vault-0 -- vault policy write shop-read /tmp/q.hcl\n${RW}`,
    ),
  ],
  [
    'sh -c cat then',
    'allowed',
    sh(
      `kubectl exec vault-0 -- sh -c 'cat > /tmp/p.hcl <<EOF\n${POL}\nEOF'\nkubectl exec vault-0 -- vault policy write shop-read /tmp/p.hcl\n${RW}`,
    ),
  ],
  ['rules glued', 'allowed', sh(`vault write sys/policy/shop-read rules=-<<EOF\n${POL}\nEOF\n${RW}`)],
  [
    '@role.json',
    'allowed',
    {
      ...sh(`vault policy write shop-read p.hcl\nvault write auth/kubernetes/role/reader @role.json`),
      'p.hcl': POL,
      'role.json':
        '{"bound_service_account_names":["eso"],"bound_service_account_namespaces":["eso"],"policies":["shop-read"]}',
    },
  ],
  [
    'jq -n',
    'allowed',
    {
      ...sh(
        `vault policy write shop-read p.hcl\njq -n '{"bound_service_account_names":["eso"],"bound_service_account_namespaces":["eso"],"policies":["shop-read"]}' | vault write auth/kubernetes/role/reader -`,
      ),
      'p.hcl': POL,
    },
  ],
  [
    'dotenv',
    'allowed',
    {
      ...sh(`. ./env.sh\nvault policy write shop-read p.hcl\nvault write auth/kubernetes/role/$R ${ROLE}`),
      'p.hcl': POL,
      'env.sh': 'R=reader\n',
    },
  ],
  [
    'defaults',
    'allowed',
    sh(
      `P="\${POLICY:-shop-read}"\nvault policy write "$P" - <<EOF\n${POL}\nEOF\nvault write auth/kubernetes/role/reader bound_service_account_names=eso bound_service_account_namespaces=eso policies=$P`,
    ),
  ],
  [
    'option loop override',
    'allowed',
    sh(
      `P=shop-read\nwhile [ $# -gt 0 ]; do case $1 in -p) P="$2"; shift 2;; esac; done\nvault policy write "$P" - <<EOF\n${POL}\nEOF\nvault write auth/kubernetes/role/reader bound_service_account_names=eso bound_service_account_namespaces=eso policies=$P`,
    ),
  ],
  [
    'for words',
    'allowed',
    sh(
      `for t in shop blog; do vault policy write $t-read - <<EOF\npath "kv/data/$t/*" { capabilities = ["read"] }\nEOF\ndone\n${RW}`,
    ),
  ],
  [
    'for files',
    'allowed',
    {
      ...sh(`for f in p/*.hcl; do vault policy write "$(basename "$f" .hcl)" "$f"; done\n${RW}`),
      'p/shop-read.hcl': POL,
    },
  ],
  [
    'curl',
    'allowed',
    sh(
      `curl -X POST -H "X-Vault-Token: $T" -d '{"bound_service_account_names":["eso"],"bound_service_account_namespaces":["eso"],"policies":["shop-read"]}' $A/v1/auth/kubernetes/role/reader\nvault policy write shop-read - <<EOF\n${POL}\nEOF`,
    ),
  ],
  [
    'curl policy @file',
    'allowed',
    {
      ...sh(`curl -X PUT -d @p.json $A/v1/sys/policies/acl/shop-read\n${RW}`),
      'p.json': JSON.stringify({ policy: POL }),
    },
  ],
  [
    'curl heredoc',
    'allowed',
    sh(
      `curl --request POST --data @- "$A/v1/auth/kubernetes/role/reader" <<EOF\n{"bound_service_account_names":["eso"],"bound_service_account_namespaces":["eso"],"policies":["shop-read"]}\nEOF\nvault policy write shop-read - <<EOF\n${POL}\nEOF`,
    ),
  ],
  [
    'curl api()',
    'allowed',
    sh(
      `api() { curl -s -X "$1" "$A/v1/$2" -d "$3"; }\napi POST auth/kubernetes/role/reader '{"bound_service_account_names":["eso"],"bound_service_account_namespaces":["eso"],"policies":["shop-read"]}'\nvault policy write shop-read - <<EOF\n${POL}\nEOF`,
    ),
  ],
  [
    'branches both allow',
    'allowed',
    sh(
      `if [ "$E" = dev ]; then\nvault policy write shop-read - <<EOF\n${POL}\nEOF\nelse\nvault policy write shop-read - <<EOF\n${POL}\n${NOPOL}\nEOF\nfi\n${RW}`,
    ),
  ],
  [
    'vault namespaces',
    'allowed',
    sh(
      `vault policy write -namespace=other shop-read - <<EOF\n${NOPOL}\nEOF\nvault policy write shop-read - <<EOF\n${POL}\nEOF\n${RW}`,
    ),
  ],
  ['usage text', 'unknown', sh(`usage() { cat <<E\n  vault policy write shop-read p.hcl\n  ${RW}\nE\n}`)],
  [
    'identity group',
    'unknown',
    sh(
      `vault policy write shop-read - <<EOF\n${NOPOL}\nEOF\n${RW}\nvault write identity/group name=x policies=admin member_entity_ids=$E`,
    ),
  ],
  [
    'policy=',
    'denied',
    sh(
      `vault policy write shop-read - <<EOF\n${POL}\nEOF\nvault write auth/kubernetes/role/reader bound_service_account_names=eso bound_service_account_namespaces=eso policy=shop-read`,
    ),
    { finding: 'role-parameter-unknown' },
  ],
  [
    'kubectl apply heredoc store',
    'allowed',
    sh(
      `kubectl apply -f - <<EOF\napiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata:\n  name: vault\nspec:\n  provider:\n    vault:\n      server: https://v\n      path: kv\n      version: v2\n      auth:\n        kubernetes:\n          mountPath: kubernetes\n          role: reader\n          serviceAccountRef: {name: eso, namespace: eso}\nEOF\nvault policy write shop-read - <<EOF\n${POL}\nEOF\n${RW}`,
    ),
    { store: false },
  ],
  [
    'kubectl apply heredoc ES',
    'allowed',
    sh(
      `vault policy write shop-read - <<EOF\n${POL}\nEOF\n${RW}\nfor n in shop; do\nkubectl apply -f - <<EOF\napiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: a\n  namespace: $n\nspec:\n  secretStoreRef: {name: vault, kind: ClusterSecretStore}\n  data:\n    - secretKey: a\n      remoteRef: {key: $n/db, property: a}\nEOF\ndone`,
    ),
    { es: false },
  ],
  [
    'kubectl apply denied ES',
    'denied',
    sh(
      `vault policy write shop-read - <<EOF\n${NOPOL}\nEOF\n${RW}\nkubectl apply -f - <<'EOF'\napiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: a\n  namespace: shop\nspec:\n  secretStoreRef: {name: vault, kind: ClusterSecretStore}\n  data:\n    - secretKey: a\n      remoteRef: {key: shop/db, property: a}\nEOF\n`,
    ),
    { es: false },
  ],
  [
    'cat heredoc | kubectl apply',
    'allowed',
    sh(
      `cat <<EOF | kubectl apply -f -\napiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata:\n  name: vault\nspec:\n  provider:\n    vault:\n      server: $ADDR\n      path: kv\n      version: v2\n      auth:\n        kubernetes:\n          mountPath: kubernetes\n          role: \${ROLE:-reader}\n          serviceAccountRef: {name: eso, namespace: eso}\nEOF\nvault policy write shop-read - <<EOF\n${POL}\nEOF\n${RW}`,
    ),
    { store: false },
  ],
  [
    'ansible k8s definition',
    'allowed',
    {
      ...sh(`vault policy write shop-read - <<EOF\n${POL}\nEOF\n${RW}`),
      'playbook.yml': `- hosts: all\n  tasks:\n    - kubernetes.core.k8s:\n        state: present\n        definition:\n          apiVersion: external-secrets.io/v1\n          kind: ClusterSecretStore\n          metadata: {name: vault}\n          spec:\n            provider:\n              vault: {server: "https://v", path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: reader, serviceAccountRef: {name: eso, namespace: eso}}}}\n`,
    },
    { store: false },
  ],
  [
    'powershell',
    'allowed',
    {
      's.ps1':
        'vault policy write shop-read p.hcl\nvault write auth/kubernetes/role/reader `\n  bound_service_account_names=eso `\n  bound_service_account_namespaces=eso `\n  policies=shop-read\n',
      'p.hcl': POL,
    },
  ],
  // Files with commands in them.
  [
    'Makefile',
    'allowed',
    {
      Makefile: `POLICY ?= shop-read\nsetup:\n\t@vault policy write $(POLICY) p.hcl\n\tvault write auth/kubernetes/role/reader \\\n\t  ${ROLE}\n`,
      'p.hcl': POL,
    },
  ],
  [
    'justfile',
    'allowed',
    {
      justfile: `role := "reader"\nsetup:\n    @vault policy write shop-read p.hcl\n    vault write auth/kubernetes/role/{{role}} ${ROLE}\n`,
      'p.hcl': POL,
    },
  ],
  [
    'Taskfile',
    'allowed',
    {
      'Taskfile.yml': `version: '3'\nvars: {ROLE: reader}\ntasks:\n  setup:\n    cmds:\n      - vault policy write shop-read p.hcl\n      - cmd: vault write auth/kubernetes/role/{{.ROLE}} ${ROLE}\n`,
      'p.hcl': POL,
    },
  ],
  [
    'workflow',
    'allowed',
    {
      '.github/workflows/v.yml': `on: push\nenv: {ROLE: reader}\njobs:\n  a:\n    steps:\n      - run: |\n          vault policy write shop-read p.hcl\n          vault write auth/kubernetes/role/$ROLE ${ROLE}\n`,
      'p.hcl': POL,
    },
  ],
  [
    'workflow expr',
    'allowed',
    {
      '.github/workflows/v.yml': `on: push\nenv: {ROLE: reader}\njobs:\n  a:\n    steps:\n      - run: |\n          vault policy write shop-read p.hcl\n          vault write auth/kubernetes/role/\${{ env.ROLE }} ${ROLE}\n`,
      'p.hcl': POL,
    },
  ],
  [
    'workflow hole',
    'unknown',
    {
      '.github/workflows/v.yml': `on: push\njobs:\n  a:\n    steps:\n      - run: |\n          vault policy write shop-read - <<EOF\n          path "kv/data/\${{ inputs.x }}/*" { capabilities = ["read"] }\n          EOF\n          vault write auth/kubernetes/role/reader ${ROLE}\n`,
    },
  ],
  [
    'gitlab',
    'allowed',
    {
      '.gitlab-ci.yml': `a:\n  variables: {ROLE: reader}\n  script:\n    - vault policy write shop-read p.hcl\n    - vault write auth/kubernetes/role/$ROLE ${ROLE}\n`,
      'p.hcl': POL,
    },
  ],
  [
    'WorkflowTemplate',
    'allowed',
    {
      'wt.yaml': `apiVersion: argoproj.io/v1alpha1\nkind: WorkflowTemplate\nmetadata: {name: x}\nspec:\n  arguments:\n    parameters: [{name: role, value: reader}]\n  templates:\n    - name: a\n      script:\n        image: vault\n        command: [sh]\n        source: |\n          vault policy write shop-read - <<EOF\n          ${POL}\n          EOF\n          vault write auth/kubernetes/role/{{workflow.parameters.role}} ${ROLE}\n`,
    },
  ],
  [
    'WorkflowTemplate input',
    'unknown',
    {
      'wt.yaml': `apiVersion: argoproj.io/v1alpha1\nkind: WorkflowTemplate\nmetadata: {name: x}\nspec:\n  templates:\n    - name: a\n      inputs: {parameters: [{name: t}]}\n      container:\n        command: [sh, -c]\n        args:\n          - |\n            vault policy write shop-read - <<EOF\n            ${POL}\n            EOF\n            vault write auth/kubernetes/role/read{{inputs.parameters.t}} ${ROLE}\n`,
    },
  ],
  [
    'Job env',
    'allowed',
    {
      'job.yaml': `apiVersion: batch/v1\nkind: Job\nmetadata: {name: x}\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n          env: [{name: ROLE, value: reader}]\n          command: [sh, -c]\n          args:\n            - |\n              vault policy write shop-read - <<EOF\n              ${POL}\n              EOF\n              vault write auth/kubernetes/role/$ROLE ${ROLE}\n`,
    },
  ],
  [
    'self-init hcl',
    'allowed',
    {
      'bao.hcl': `initialize "x" {\n  request "p" {\n    operation = "update"\n    path = "sys/policies/acl/shop-read"\n    data = { policy = <<EOT\n${POL}\nEOT\n    }\n  }\n  request "r" {\n    operation = "update"\n    path = "auth/kubernetes/role/reader"\n    data = { bound_service_account_names = ["eso"], bound_service_account_namespaces = ["eso"], policies = ["shop-read"] }\n  }\n}\n`,
    },
  ],
  [
    'operator selfInit',
    'allowed',
    {
      'ob.yaml': `apiVersion: openbao.org/v1alpha1\nkind: OpenBaoCluster\nmetadata: {name: x}\nspec:\n  selfInit:\n    requests:\n      - {operation: update, path: sys/policies/acl/shop-read, data: {policy: 'path "kv/data/shop/*" { capabilities = ["read"] }'}}\n      - {operation: update, path: auth/kubernetes/role/reader, data: {bound_service_account_names: [eso], bound_service_account_namespaces: [eso], policies: [shop-read]}}\n`,
    },
  ],
  // Custom resources.
  [
    'bank-vaults helm values',
    'allowed',
    {
      'values.yaml': `vault:\n  externalConfig:\n    policies:\n      - name: shop-read\n        rules: 'path "kv/data/shop/*" { capabilities = ["read"] }'\n    auth:\n      - type: kubernetes\n        roles:\n          - {name: reader, bound_service_account_names: [eso], bound_service_account_namespaces: [eso], policies: [shop-read]}\n`,
    },
  ],
  [
    'vault-config-operator',
    'allowed',
    {
      'p.yaml': `apiVersion: redhatcop.redhat.io/v1alpha1\nkind: Policy\nmetadata: {name: shop-read}\nspec:\n  policy: 'path "kv/data/shop/*" { capabilities = ["read"] }'\n---\napiVersion: redhatcop.redhat.io/v1alpha1\nkind: KubernetesAuthEngineRole\nmetadata: {name: reader}\nspec: {path: kubernetes, policies: [shop-read], targetServiceAccounts: [eso], targetNamespaces: {targetNamespaces: [eso]}}\n`,
    },
  ],
  [
    'crossplane',
    'allowed',
    {
      'x.yaml': `apiVersion: vault.vault.upbound.io/v1alpha1\nkind: Policy\nmetadata: {name: p}\nspec: {forProvider: {name: shop-read, policy: 'path "kv/data/shop/*" { capabilities = ["read"] }'}}\n---\napiVersion: kubernetes.vault.upbound.io/v1alpha1\nkind: AuthBackendRole\nmetadata: {name: r}\nspec: {forProvider: {roleName: reader, boundServiceAccountNames: [eso], boundServiceAccountNamespaces: [eso], tokenPolicies: [shop-read]}}\n`,
    },
  ],
  [
    'crossplane observe',
    'unknown',
    {
      'x.yaml': `apiVersion: kubernetes.vault.upbound.io/v1alpha1\nkind: AuthBackendRole\nmetadata: {name: r}\nspec: {managementPolicies: [Observe], forProvider: {roleName: reader, boundServiceAccountNames: [eso], boundServiceAccountNamespaces: [eso], tokenPolicies: [none]}}\n`,
    },
  ],
  // Comments, tokens, pages.
  [
    'C1',
    'allowed',
    {
      'store.yaml': `# by hand:\n#   vault policy write shop-read - <<EOF\n#     ${POL}\n#   EOF\n#   vault write auth/kubernetes/role/reader \\\n#     bound_service_account_names=eso bound_service_account_namespaces=eso policies=shop-read\napiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: vault}\nspec:\n  provider: {vault: {server: "https://v", path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: reader, serviceAccountRef: {name: eso, namespace: eso}}}}}\n`,
    },
    { store: false },
  ],
  [
    'C2',
    'allowed',
    {
      'shop-read.hcl': `# vault policy write shop-read shop-read.hcl\n# vault write auth/kubernetes/role/reader\n#     bound_service_account_names=eso\n#     bound_service_account_namespaces=eso policies=shop-read\npath "kv/data/shop/+" { capabilities = ["read"] }\n`,
    },
  ],
  [
    'C3',
    'unknown',
    {
      'x.yaml': `# vault write auth/kubernetes/role/reader bound_service_account_names=eso bound_service_account_namespaces=eso policies=other\na: b\n`,
    },
  ],
  [
    'C3b placeholder',
    'unknown',
    {
      'x.yaml': `# vault write auth/kubernetes/role/reader bound_service_account_names=eso bound_service_account_namespaces=eso policies=<name>\na: b\n`,
    },
  ],
  [
    'shell comment twin',
    'denied',
    sh(
      `vault policy write shop-read - <<EOF\n${NOPOL}\nEOF\n# vault policy write shop-read - <<EOF\n# ${POL}\n# EOF\n${RW}`,
    ),
  ],
  [
    'T1',
    'allowed',
    sh(
      `T=$(vault token create -policy=shop-read -format=json | jq -r .auth.client_token)\nkubectl create secret generic tok -n eso --from-literal=token="$T"\nvault policy write shop-read - <<EOF\n${POL}\nEOF`,
    ),
    { auth: 'token' },
  ],
  [
    'T1 denied',
    'denied',
    sh(
      `T=$(vault token create -policy=shop-read -format=json | jq -r .auth.client_token)\nkubectl create secret generic tok -n eso --from-literal=token="$T"\nvault policy write shop-read - <<EOF\n${NOPOL}\nEOF`,
    ),
    { auth: 'token' },
  ],
  [
    'T2 root',
    'allowed',
    sh(
      `vault operator init -format=json > init.json\nkubectl create secret generic tok -n eso --from-literal=token="$(jq -r .root_token init.json)"`,
    ),
    { auth: 'token', finding: 'root-token' },
  ],
  [
    'T2 dev root',
    'allowed',
    {
      'values.yaml': `server:\n  dev: {enabled: true, devRootToken: root}\n`,
      'sec.yaml': `apiVersion: v1\nkind: Secret\nmetadata: {name: tok, namespace: eso}\nstringData: {token: root}\n`,
    },
    { auth: 'token', finding: 'root-token' },
  ],
  [
    'T3',
    'allowed',
    {
      'README.md':
        "# Setup\n\n```sh\nkubectl exec vault-0 -- sh -c 'cat > /tmp/p.hcl <<EOF\n" +
        POL +
        "\nEOF'\nkubectl exec vault-0 -- vault policy write shop-read /tmp/p.hcl\nkubectl exec vault-0 -- vault token create -policy=shop-read\n```\n\n```sh\nkubectl create secret generic tok -n eso --from-literal=token=<token>\n```\n",
    },
    { auth: 'token' },
  ],
  [
    'T3 two',
    'unknown',
    {
      'README.md':
        '# Setup\n\n```sh\nvault policy write shop-read - <<EOF\n' +
        POL +
        '\nEOF\nvault token create -policy=shop-read\nvault token create -policy=admin\n```\n\n```sh\nkubectl create secret generic tok -n eso --from-literal=token=<token>\n```\n',
    },
    { auth: 'token' },
  ],
  [
    'userPass',
    'allowed',
    sh(
      `vault policy write shop-read - <<EOF\n${POL}\nEOF\nvault write auth/userpass/users/reader password=x policies=shop-read`,
    ),
    { auth: '{userPass: {path: userpass, username: reader, secretRef: {name: p, namespace: eso, key: k}}}' },
  ],
  [
    'md indented',
    'allowed',
    { 'README.md': `# S\n\nRun:\n\n    vault policy write shop-read - <<EOF\n    ${POL}\n    EOF\n    ${RW}\n` },
  ],
  [
    'md append',
    'unknown',
    {
      'README.md': `# S\n\n\`\`\`sh\nvault policy write shop-read - <<EOF\n${NOPOL}\nEOF\n${RW}\n\`\`\`\n\nAppend to the policy:\n\n\`\`\`hcl\n${POL}\n\`\`\`\n`,
    },
  ],
  [
    'md placeholder',
    'unknown',
    {
      'README.md': `# S\n\n\`\`\`sh\nvault write auth/kubernetes/role/reader bound_service_account_names=eso bound_service_account_namespaces=<namespace> policies=<policy-name>\n\`\`\`\n`,
    },
  ],
  [
    'placeholder path',
    'unknown',
    sh(`vault policy write shop-read - <<EOF\npath "kv/data/<app>/*" { capabilities = ["read"] }\nEOF\n${RW}`),
  ],
  [
    'placeholder YOUR_',
    'unknown',
    sh(`vault policy write shop-read - <<EOF\npath "kv/data/YOUR_APP/*" { capabilities = ["read"] }\nEOF\n${RW}`),
  ],
]

const DATA: readonly Case[] = [
  ['F1', 'allowed', { 'm.tf': TFSTORE('"reader"') + pol(POL) + role('[vault_policy.s.name]') }, { store: false }],
  [
    'F1 denied',
    'denied',
    { 'm.tf': TFSTORE('"reader"') + pol(NOPOL) + role('[vault_policy.s.name]') },
    { store: false },
  ],
  [
    'F2',
    'allowed',
    {
      'm.tf':
        `variable "role" { default = "reader" }\nresource "kubectl_manifest" "s" {\n  yaml_body = templatefile("\${path.module}/store.yaml.tpl", { role = var.role })\n}\n` +
        pol(POL) +
        role('[vault_policy.s.name]'),
      'store.yaml.tpl': `apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: vault}\nspec:\n  provider: {vault: {server: "https://v", path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: "\${role}", serviceAccountRef: {name: eso, namespace: eso}}}}}\n`,
    },
    { store: false },
  ],
  [
    'F2 no default',
    'unknown',
    {
      'm.tf':
        `variable "role" {}\nresource "kubectl_manifest" "s" {\n  yaml_body = templatefile("\${path.module}/store.yaml.tpl", { role = var.role })\n}\n` +
        pol(POL) +
        role('[vault_policy.s.name]'),
      'store.yaml.tpl': `apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: vault}\nspec:\n  provider: {vault: {server: "https://v", path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: "\${role}", serviceAccountRef: {name: eso, namespace: eso}}}}}\n`,
    },
    { store: false },
  ],
  [
    'F3',
    'allowed',
    {
      'm.tf': `locals { r = { reader = { apps = ["shop"] } } }\nresource "vault_policy" "p" {\n  for_each = local.r\n  name = "\${each.key}-pol"\n  policy = join("\\n", [for a in each.value.apps : "path \\"kv/data/\${a}/*\\" { capabilities = [\\"read\\"] }"])\n}\nresource "vault_kubernetes_auth_backend_role" "r" {\n  for_each = local.r\n  backend = "kubernetes"\n  role_name = each.key\n  bound_service_account_names = ["eso"]\n  bound_service_account_namespaces = ["eso"]\n  token_policies = [vault_policy.p[each.key].name]\n}\n`,
    },
  ],
  [
    'F3 var',
    'unknown',
    {
      'm.tf': `variable "r" {}\nresource "vault_policy" "p" {\n  for_each = var.r\n  name = "\${each.key}-pol"\n  policy = join("\\n", [for a in each.value.apps : "path \\"kv/data/\${a}/*\\" { capabilities = [\\"read\\"] }"])\n}\nresource "vault_kubernetes_auth_backend_role" "r" {\n  for_each = var.r\n  backend = "kubernetes"\n  role_name = each.key\n  bound_service_account_names = ["eso"]\n  bound_service_account_namespaces = ["eso"]\n  token_policies = [vault_policy.p[each.key].name]\n}\n`,
    },
  ],
  [
    'dynamic rule',
    'unknown',
    {
      'm.tf':
        `variable "x" {}\ndata "vault_policy_document" "d" {\n  rule {\n    path = "kv/data/blog/*"\n    capabilities = ["read"]\n  }\n  dynamic "rule" {\n    for_each = var.x\n    content {\n      path = rule.value\n      capabilities = ["read"]\n    }\n  }\n}\nresource "vault_policy" "s" {\n  name = "shop-read"\n  policy = data.vault_policy_document.d.hcl\n}\n` +
        role('["shop-read"]'),
    },
  ],
  [
    'dynamic literal',
    'allowed',
    {
      'm.tf':
        `data "vault_policy_document" "d" {\n  dynamic "rule" {\n    for_each = ["shop"]\n    content {\n      path = "kv/data/\${rule.value}/*"\n      capabilities = ["read"]\n    }\n  }\n}\nresource "vault_policy" "s" {\n  name = "shop-read"\n  policy = data.vault_policy_document.d.hcl\n}\n` +
        role('["shop-read"]'),
    },
  ],
  [
    'tf for directive',
    'unknown',
    {
      'm.tf':
        `variable "x" {}\nresource "vault_policy" "s" {\n  name = "shop-read"\n  policy = <<EOT\n%{ for a in var.x ~}\npath "kv/data/\${a}/*" { capabilities = ["read"] }\n%{ endfor ~}\nEOT\n}\n` +
        role('["shop-read"]'),
    },
  ],
  [
    'module',
    'allowed',
    {
      'main.tf': `module "m" {\n  source = "./m"\n  name = "reader"\n  apps = ["shop"]\n}\n`,
      'm/m.tf': `variable "name" {}\nvariable "apps" {}\nresource "vault_policy" "p" {\n  name = "\${var.name}-pol"\n  policy = join("\\n", [for a in var.apps : "path \\"kv/data/\${a}/*\\" { capabilities = [\\"read\\"] }"])\n}\nresource "vault_kubernetes_auth_backend_role" "r" {\n  role_name = var.name\n  bound_service_account_names = ["eso"]\n  bound_service_account_namespaces = ["eso"]\n  token_policies = [vault_policy.p.name]\n}\n`,
    },
  ],
  [
    'tfvars',
    'allowed',
    {
      'm.tf':
        `variable "role" {}\n` +
        pol(POL) +
        `resource "vault_kubernetes_auth_backend_role" "r" {\n  backend = "kubernetes"\n  role_name = var.role\n  bound_service_account_names = ["eso"]\n  bound_service_account_namespaces = ["eso"]\n  token_policies = ["shop-read"]\n}\n`,
      'prod.tfvars': 'role = "reader"\n',
    },
  ],
  [
    'generic_endpoint',
    'allowed',
    {
      'm.tf':
        pol(POL) +
        `resource "vault_generic_endpoint" "r" {\n  path = "auth/kubernetes/role/reader"\n  data_json = jsonencode({ bound_service_account_names = ["eso"], bound_service_account_namespaces = ["eso"], policies = ["shop-read"] })\n}\n`,
    },
  ],
  [
    'identity policies tf',
    'unknown',
    {
      'm.tf':
        pol(NOPOL) +
        role('["shop-read"]') +
        `resource "vault_identity_group_policies" "g" {\n  group_id = "x"\n  policies = ["admin"]\n}\n`,
    },
  ],
  [
    'count 0',
    'unknown',
    {
      'm.tf':
        pol(POL) +
        `resource "vault_kubernetes_auth_backend_role" "r" {\n  count = 0\n  backend = "kubernetes"\n  role_name = "reader"\n  bound_service_account_names = ["eso"]\n  bound_service_account_namespaces = ["eso"]\n  token_policies = ["none"]\n}\n`,
    },
  ],
  [
    'fileset manifests',
    'allowed',
    {
      'm.tf':
        pol(POL) +
        role('["shop-read"]') +
        `resource "kubernetes_manifest" "s" {\n  for_each = fileset(path.module, "k/*.yaml")\n  manifest = yamldecode(file("\${path.module}/\${each.value}"))\n}\n`,
      'k/store.yaml': `apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: vault}\nspec:\n  provider: {vault: {server: "https://v", path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: reader, serviceAccountRef: {name: eso, namespace: eso}}}}}\n`,
    },
    { store: false },
  ],
  [
    'null_resource kubectl',
    'unknown',
    {
      'm.tf':
        pol(POL) +
        role('["shop-read"]') +
        `resource "null_resource" "s" {\n  provisioner "local-exec" {\n    command = <<EOT\nkubectl apply -f - <<EOF\napiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: vault}\nEOF\nEOT\n  }\n}\n`,
    },
    { store: false },
  ],
  [
    'pulumi yaml',
    'allowed',
    {
      'Pulumi.yaml': `name: x\nruntime: yaml\nresources:\n  p:\n    type: vault:Policy\n    properties:\n      name: shop-read\n      policy: 'path "kv/data/shop/*" { capabilities = ["read"] }'\n  r:\n    type: vault:kubernetes:AuthBackendRole\n    properties:\n      backend: kubernetes\n      roleName: reader\n      boundServiceAccountNames: [eso]\n      boundServiceAccountNamespaces: [eso]\n      tokenPolicies: ["\${p.name}"]\n`,
    },
  ],
  [
    'A1',
    'allowed',
    {
      'g.yml': `vault_policies:\n  - name: shop-read\n    rules:\n      - {path: /kv/data/shop/*, capabilities: [read]}\nwrites:\n  - path: auth/kubernetes/role/reader\n    data: {bound_service_account_names: eso, bound_service_account_namespaces: eso, policies: shop-read}\n`,
    },
  ],
  [
    'A1 hole',
    'denied',
    {
      'g.yml': `vault_policies:\n  - name: shop-read\n    rules:\n      - {path: "{{ m }}/x", capabilities: [read]}\nwrites:\n  - path: auth/kubernetes/role/reader\n    data: {bound_service_account_names: eso, bound_service_account_namespaces: eso, policies: shop-read}\n`,
    },
  ],
  [
    'ansible map',
    'allowed',
    {
      'g.yml': `vault_policies:\n  shop-read:\n    kv/data/shop/*: [read]\nroles:\n  - path: auth/kubernetes/role/reader\n    data: {bound_service_account_names: eso, bound_service_account_namespaces: eso, policies: shop-read}\n`,
    },
  ],
  [
    'ansible policy map caps',
    'allowed',
    {
      'g.yml': `vault_policies:\n  - name: shop-read\n    policy: {path: {kv/data/shop/*: {capabilities: [read]}}}\nroles:\n  - path: auth/kubernetes/role/reader\n    data: {bound_service_account_names: eso, bound_service_account_namespaces: eso, policies: shop-read}\n`,
    },
  ],
  [
    'ansible uri',
    'allowed',
    {
      'p.yml': `- hosts: all\n  tasks:\n    - ansible.builtin.uri:\n        url: "{{ a }}/v1/auth/kubernetes/role/reader"\n        method: POST\n        body_format: json\n        body: {bound_service_account_names: eso, bound_service_account_namespaces: eso, policies: [shop-read]}\n    - ansible.builtin.uri:\n        url: "{{ a }}/v1/sys/policies/acl/shop-read"\n        method: PUT\n        body: {policy: 'path "kv/data/shop/*" { capabilities = ["read"] }'}\n`,
    },
  ],
  [
    'hashivault rules_file',
    'allowed',
    {
      'roles/v/tasks/main.yml': `- hashivault_policy: {name: shop-read, rules_file: shop.hcl}\n- hashivault_k8s_auth_role: {name: reader, policies: [shop-read], bound_service_account_names: [eso], bound_service_account_namespaces: [eso]}\n`,
      'roles/v/files/shop.hcl': POL,
    },
  ],
  [
    'hashivault absent',
    'unknown',
    {
      't.yml': `- hashivault_k8s_auth_role: {name: reader, state: absent, policies: [none], bound_service_account_names: [eso], bound_service_account_namespaces: [eso]}\n`,
    },
  ],
  [
    'helm_release values',
    'unknown',
    {
      'm.tf':
        pol(POL) +
        role('["shop-read"]') +
        `resource "helm_release" "s" {\n  name = "x"\n  values = [yamlencode({ extraObjects = [{ apiVersion = "external-secrets.io/v1", kind = "ClusterSecretStore" }] })]\n}\n`,
    },
    { store: false },
  ],
]

const APPLIED: readonly Case[] = [
  [
    'a step of a workflow',
    'denied',
    {
      ...sh(`${P(NOPOL)}\n${RW}`),
      '.github/workflows/x.yml': `on: push\njobs:\n  a:\n    steps:\n      - run: |\n          kubectl apply -f - <<'EOF'\n          ${ESH('shop/db').replaceAll('\n', '\n          ')}\n          EOF\n`,
    },
    { es: false },
  ],
  [
    'a step of a workflow with an expression',
    'unknown',
    {
      ...sh(`${P(NOPOL)}\n${RW}`),
      '.github/workflows/x.yml': `on: push\njobs:\n  a:\n    steps:\n      - run: |\n          kubectl apply -f - <<EOF\n          ${ESH('${{ inputs.team }}/db').replaceAll('\n', '\n          ')}\n          EOF\n`,
    },
    { es: false },
  ],
  [
    'the script of a Job',
    'denied',
    {
      ...sh(`${P(NOPOL)}\n${RW}`),
      'job.yaml': `apiVersion: batch/v1\nkind: Job\nmetadata: {name: x, namespace: eso}\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n          command: [sh, -c]\n          args:\n            - |\n              kubectl apply -f - <<EOF\n              ${ESH('shop/db').replaceAll('\n', '\n              ')}\n              EOF\n`,
    },
    { es: false },
  ],

  [
    'apply unknown loop',
    'unknown',
    sh(`${P(NOPOL)}\n${RW}\nfor n in $LIST; do\nkubectl apply -f - <<EOF\n${ESH('$n/db', '$n')}EOF\ndone`),
    { es: false },
  ],
  [
    'apply unknown key denied by none',
    'unknown',
    sh(`${P(NOPOL)}\n${RW}\nkubectl apply -f - <<EOF\n${ESH('$KEY')}EOF`),
    { es: false },
  ],
  [
    'apply in function args',
    'denied',
    sh(`${P(NOPOL)}\n${RW}\nmk() {\nkubectl apply -f - <<EOF\n${ESH('$1/db', '$1')}EOF\n}\nmk shop`),
    { es: false },
  ],
  [
    'apply in function uncalled',
    'unknown',
    sh(`${P(NOPOL)}\n${RW}\nmk() {\nkubectl apply -f - <<EOF\n${ESH('$1/db', '$1')}EOF\n}`),
    { es: false },
  ],
  [
    'dry-run',
    'none',
    sh(`${P(NOPOL)}\n${RW}\nkubectl apply --dry-run=client -f - <<EOF\n${ESH('shop/db')}EOF`),
    { es: false },
  ],
  ['delete', 'none', sh(`${P(NOPOL)}\n${RW}\nkubectl delete -f - <<EOF\n${ESH('shop/db')}EOF`), { es: false }],
  [
    'written then applied',
    'denied',
    sh(`${P(NOPOL)}\n${RW}\ncat > x.yaml <<EOF\n${ESH('shop/db')}EOF\nkubectl apply -f x.yaml`),
    { es: false },
  ],
  ['written, not applied', 'none', sh(`${P(NOPOL)}\n${RW}\ncat > x.yaml <<EOF\n${ESH('shop/db')}EOF`), { es: false }],
  ['echo help', 'none', sh(`${P(NOPOL)}\n${RW}\ncat <<EOF\n${ESH('shop/db')}EOF`), { es: false }],
  [
    'test script',
    'denied',
    { ...sh(`${P(NOPOL)}\n${RW}`), 'tests/e2e.sh': `#!/bin/sh\nkubectl apply -f - <<EOF\n${ESH('shop/db')}EOF\n` },
    { es: false },
  ],
  [
    'if else stores',
    'unknown',
    sh(
      `${P(POL)}\n${RW}\nif [ $E = dev ]; then\nkubectl apply -f - <<EOF\napiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: vault}\nspec: {provider: {vault: {server: "https://a", path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: reader, serviceAccountRef: {name: eso, namespace: eso}}}}}}\nEOF\nelse\nkubectl apply -f - <<EOF\napiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: vault}\nspec: {provider: {vault: {server: "https://a", path: kv, version: v2, auth: {kubernetes: {mountPath: other, role: reader2, serviceAccountRef: {name: eso, namespace: eso}}}}}}\nEOF\nfi`,
    ),
    { store: false },
  ],
  [
    'two scripts same store',
    'allowed',
    {
      ...sh(`${P(POL)}\n${RW}`),
      'a/s.sh': `#!/bin/sh\nkubectl apply -f - <<EOF\napiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: vault}\nspec: {provider: {vault: {server: "https://a", path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: reader, serviceAccountRef: {name: eso, namespace: eso}}}}}}\nEOF\n`,
    },
  ],
  [
    'store yaml & script differ path',
    'allowed',
    {
      ...sh(`${P(POL)}\n${RW}`),
      'a/s.sh': `#!/bin/sh\nkubectl apply -f - <<EOF\napiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: vault}\nspec: {provider: {vault: {server: "https://a", path: other, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: reader, serviceAccountRef: {name: eso, namespace: eso}}}}}}\nEOF\n`,
    },
  ],
  [
    'jq -n with vars',
    'unknown',
    sh(
      `${P(POL)}\njq -n --arg p "$P" '{policies: [$p], bound_service_account_names: ["eso"]}' | vault write auth/kubernetes/role/reader -`,
    ),
  ],
  [
    'jq -n expr',
    'unknown',
    sh(
      `${P(POL)}\njq -n '{policies: ["a" + "b"], bound_service_account_names: ["eso"]}' | vault write auth/kubernetes/role/reader -`,
    ),
  ],
  [
    'workflow no default',
    'unknown',
    {
      'wt.yaml': `apiVersion: argoproj.io/v1alpha1\nkind: WorkflowTemplate\nmetadata: {name: x}\nspec:\n  arguments:\n    parameters: [{name: role}]\n  templates:\n    - name: a\n      script:\n        source: |\n          vault policy write shop-read - <<EOF\n          ${POL}\n          EOF\n          vault write auth/kubernetes/role/{{workflow.parameters.role}} ${ROLE}\n`,
    },
  ],
  [
    'k8s definition absent',
    'none',
    {
      ...sh(`${P(NOPOL)}\n${RW}`),
      'p.yml': `- hosts: all\n  tasks:\n    - kubernetes.core.k8s:\n        state: absent\n        definition: {apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: a, namespace: shop}, spec: {secretStoreRef: {name: vault, kind: ClusterSecretStore}, data: [{secretKey: a, remoteRef: {key: shop/db}}]}}\n`,
    },
    { es: false },
  ],
  [
    'k8s definition jinja',
    'unknown',
    {
      ...sh(`${P(NOPOL)}\n${RW}`),
      'p.yml': `- hosts: all\n  tasks:\n    - kubernetes.core.k8s:\n        definition: {apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: "{{ item }}", namespace: "{{ item }}"}, spec: {secretStoreRef: {name: vault, kind: ClusterSecretStore}, data: [{secretKey: a, remoteRef: {key: "{{ item }}/db"}}]}}\n      loop: "{{ apps }}"\n`,
    },
    { es: false },
  ],
  [
    'k8s definition text',
    'denied',
    {
      ...sh(`${P(NOPOL)}\n${RW}`),
      'p.yml': `- hosts: all\n  tasks:\n    - k8s:\n        definition: |\n          ${ESH('shop/db').replaceAll('\n', '\n          ')}\n`,
    },
    { es: false },
  ],
  [
    'yaml.tpl of terraform unused',
    'allowed',
    {
      ...sh(`${P(POL)}\n${RW}`),
      'chart/x.yaml.tpl': `apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: vault}\nspec: {provider: {vault: {server: "\${a}", path: "\${b}"}}}\n`,
    },
  ],
]

describe.each([
  ['scripts, recipes, pipelines, custom resources, comments and pages', TEXTS],
  ['Terraform, Ansible and Pulumi', DATA],
  ['objects that scripts and plays apply', APPLIED],
])('%s', (_, cases) => {
  test.each(cases.map((one) => [one[0], one] as const))('%s', async (_name, [, verdict, files, options = {}]) => {
    const found = await judged(files, options)
    expect(found.verdict).toBe(verdict)
    if (options.finding === undefined) expect(found.rules.filter((rule) => rule !== 'policy-denies')).toEqual([])
    else expect(found.rules).toContain(options.finding)
  })
})
