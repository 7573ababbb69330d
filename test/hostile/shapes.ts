/** An input that somebody writes to keep the run busy, or to end it. */
export interface Shape {
  readonly name: string
  /** The files of a repository; `size` counts what the shape repeats. */
  readonly files: (size: number) => Readonly<Record<string, string>>
  /** The size that must be dealt with. */
  readonly size: number
  /** What the report must say about it; none: nothing is wrong with it, and it is only large. */
  readonly told?: RegExp
  /** Sizes at which the growth is measured, where not the size itself and its half, quarter and eighth. */
  readonly grows?: readonly [number, number, number, number]
}

const secret = (spec: string) => `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: a, namespace: b }
spec:
  secretStoreRef: { name: vault, kind: ClusterSecretStore }
${spec}`
const DATA = '  data: [{ secretKey: a, remoteRef: { key: x } }]\n'
const withKey = (key: string) => secret(`  data: [{ secretKey: k, remoteRef: { key: ${JSON.stringify(key)} } }]\n`)
const withTemplate = (text: string) => secret(`  target: { template: { data: { x: ${JSON.stringify(text)} } } }\n${DATA}`)

const STORE = `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: vault }
spec: { provider: { vault: { server: "https://vault.example.com", path: kv, version: v2, auth: { kubernetes: { mountPath: kubernetes, role: eso, serviceAccountRef: { name: e, namespace: e } } } } } }
`
const ROLE =
  'vault write auth/kubernetes/role/eso policies=eso bound_service_account_names=e bound_service_account_namespaces=e\n'
const SETUP = `vault policy write eso p.hcl\n${ROLE}`
const policy = (text: string) => ({ 'p.hcl': text, 's.sh': SETUP, 'st.yaml': STORE, 'a.yaml': withKey('a/b') })

const flux = (value: string, key: string) => ({
  'f.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: f, namespace: flux-system }
spec: { path: ./app, postBuild: { substitute: { A: ${JSON.stringify(value)} } } }
`,
  'app/a.yaml': withKey(key),
})

const many = (count: number, line: (index: number) => string) => Array.from({ length: count }, (_, i) => line(i)).join('')

export const SHAPES: readonly Shape[] = [
  {
    name: 'a kind that every object has',
    files: () => ({ 'a.yaml': 'apiVersion: external-secrets.io/v1\nkind: toString\nmetadata: { name: a }\n' }),
    size: 1,
    told: /no kind `toString`/,
  },
  {
    name: 'a kind of an operator that every object has',
    files: () => ({
      'a.yaml':
        'apiVersion: redhatcop.redhat.io/v1alpha1\nkind: hasOwnProperty\nmetadata: { name: a }\nspec: { policy: x }\n',
    }),
    size: 1,
  },
  { name: 'parentheses in a template', files: (n) => ({ 'a.yaml': withTemplate(`{{ ${'('.repeat(n)}`) }), size: 3_000 },
  {
    name: 'blocks in a template',
    files: (n) => ({ 'a.yaml': withTemplate('{{ if .a }}'.repeat(n) + '{{ end }}'.repeat(n)) }),
    size: 5_000,
  },
  {
    name: 'templates that call the next one twice',
    files: (n) => ({
      'a.yaml': withTemplate(
        `${many(n, (i) => `{{ define "t${i}" }}{{ template "t${i + 1}" . }}{{ template "t${i + 1}" . }}{{ end }}`)}{{ define "t${n}" }}{{ .a }}{{ end }}{{ template "t0" . }}`,
      ),
    }),
    size: 30,
    grows: [30, 60, 120, 240],
  },
  {
    name: 'actions of a template',
    files: (n) => ({ 'a.yaml': withTemplate('{{ .a }}'.repeat(n)) }),
    size: 100_000,
  },
  { name: 'blocks of a policy', files: (n) => policy(`path "a" {${'a {'.repeat(n)}`), size: 6_000 },
  { name: 'lists of a policy', files: (n) => policy(`path "a" { x = ${'['.repeat(n)}`), size: 6_000 },
  {
    name: 'plus signs of a policy',
    files: (n) => ({
      ...policy(`path "kv/${'+/'.repeat(n)}x" { capabilities = ["read"] }\n`),
      'a.yaml': withKey(`${'a/'.repeat(n)}x`),
    }),
    size: 12_000,
  },
  {
    name: 'unclosed substitutions of a policy',
    files: (n) => policy(`path "${'${'.repeat(n)}" { capabilities = ["read"] }\n`),
    size: 40_000,
  },
  {
    name: 'rules with holes',
    files: (n) => ({
      'a.sh': `vault policy write eso - <<E\n${many(n, (i) => `path "kv/data/$X${i}/*" { capabilities = ["read"] }\n`)}E\n${ROLE}`,
      'a.yaml': withKey('a/b'),
      'st.yaml': STORE,
    }),
    size: 20_000,
  },
  {
    name: 'defaults in defaults of a substitution',
    files: (n) => flux('a', '${B:-'.repeat(n) + '}'.repeat(n)),
    size: 10_000,
  },
  {
    name: 'stars of a substitution',
    files: (n) => flux('a'.repeat(100), `\${A##${'*a'.repeat(n)}b}`),
    size: 10_000,
  },
  {
    name: 'stars of a substitution that nearly fit',
    files: (n) => flux('a'.repeat(60), `\${A##${'*a'.repeat(n)}b}`),
    size: 12,
    grows: [12, 24, 48, 96],
  },
  {
    name: 'stars of an ApplicationSet',
    files: (n) => ({
      [`${'a/'.repeat(20)}e.yaml`]: secret('  data: []\n'),
      'set.yaml': `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: a, namespace: argocd }
spec:
  generators: [{ git: { repoURL: "https://git.example.com/x.git", files: [{ path: "${'**/'.repeat(n)}z" }] } }]
  template: { spec: { source: { repoURL: "https://git.example.com/x.git", path: "{{path}}" } } }
`,
    }),
    size: 20,
    grows: [20, 40, 80, 160],
  },
  {
    name: 'a matrix of an ApplicationSet',
    files: (n) => ({
      'a.yaml': `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: a }
spec:
  generators:
    - matrix:
        generators:
          - list: { elements: [${many(n, (i) => `{a: x${i}},`)}] }
          - list: { elements: [${many(n, (i) => `{b: x${i}},`)}] }
  template: { spec: { source: { path: "{{a}}/{{b}}" } } }
---
${secret('  data: []\n')}`,
    }),
    size: 20_000,
  },
  {
    name: 'stars of the config',
    files: (n) => ({
      [`${'a/'.repeat(20)}e.yaml`]: secret('  data: []\n'),
      '.github/eso-vault.yml': `version: 1\nmanifests: { exclude: ["${'**/'.repeat(n)}z"] }\n`,
    }),
    size: 20,
    grows: [20, 40, 80, 160],
  },
  {
    name: 'unclosed substitutions of a script',
    files: (n) => ({ 'a.sh': `vault policy write a - <<EOF\n${'$('.repeat(n)}\nEOF\n` }),
    size: 5_000,
  },
  {
    name: 'a name of a million letters',
    files: (n) => ({ 'a.md': `vault policy write x y\n${'a.'.repeat(n)}\n\`\`\`\nx\n\`\`\`\n` }),
    size: 1_000_000,
  },
  {
    name: 'fences of Markdown',
    files: (n) => ({ 'a.md': `vault policy write x y\n\`\`\`sh\n${many(n, (i) => `${'`'.repeat(3 + n - i)}sh\n`)}` }),
    // Its text grows with the square of it.
    size: 3_000,
    grows: [1_060, 1_500, 2_121, 3_000],
  },
  {
    name: 'comments that ignore',
    files: (n) => ({ 'a.yaml': secret(`  data: []\n${'# eso-vault: ignore[secret-absent] y\n'.repeat(n)}`) }),
    size: 130_000,
  },
  {
    name: 'lines that are not indented',
    files: (n) => ({ 'a.yaml': secret(`  data:\n${many(n, (i) => `    - secretKey: k${i}\n      key: p${i}\n`)}`) }),
    size: 60_000,
    told: /`key` belongs under `spec\.data\[0\]\.remoteRef`/,
  },
  {
    name: 'alternatives of a find',
    files: (n) => ({
      'a.yaml': secret(`  dataFrom: [{ find: { name: { regexp: "${'(a|b|c|d|e|f)+'.repeat(n)}" } } }]\n`),
    }),
    size: 60_000,
  },
  {
    name: 'repetitions of a find',
    files: (n) => ({
      'a.yaml': secret(`  dataFrom: [{ find: { name: { regexp: "${'((((a{1,10}){1,10}){1,10}))'.repeat(n)}" } } }]\n`),
    }),
    size: 1_000,
  },
  {
    name: 'locals that double',
    files: (n) => ({
      'a.tf': `locals {\n l0 = "ab"\n${many(n, (i) => ` l${i + 1} = "\${local.l${i}}\${local.l${i}}"\n`)}}\nresource "vault_policy" "x" {\n name = local.l${n}\n}\n`,
    }),
    size: 5_000,
  },
]
