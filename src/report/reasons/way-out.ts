import type { NotCheckedReason, ValuesReason } from '../../model/reason.ts'
import { listed } from '../../model/wording.ts'

/** The cheapest thing to do so that something can be checked. */
export interface WayOut {
  /** A sentence or two. */
  readonly says: string
  /** Lines for the config file (`.github/eso-vault.yml`); `<…>` is to be filled in. */
  readonly config?: readonly string[]
}

/** What is known of a login beside the reason, to fill in what would else be a `<…>`. */
export interface LoginHints {
  /** `namespace/name`. */
  readonly account?: string | undefined
}

const ASK = 'Give a server (`vault-addr`) or a snapshot of it (`vault-snapshot`)'
const ONE_CLUSTER = 'Check one cluster at a time: `paths`, once for each cluster.'
const OR_SAY = `${ASK}, or write into the config:`

/** `undefined`: nothing can be done, or the reason itself says what. */
export function wayOutOf(reason: NotCheckedReason, hints: LoginHints = {}): WayOut | undefined {
  switch (reason.code) {
    case 'role-not-in-git':
      return { says: OR_SAY, config: roleLines(reason.authMount, reason.role, hints) }
    case 'role-absent':
      return {
        says: 'Correct the role of the store, or, if the role is in Vault, write into the config:',
        config: roleLines(reason.authMount, reason.role, hints),
      }
    case 'role-conflict':
      return {
        says: 'Leave one declaration of the role, or say in the config which one is in force:',
        config: roleLines(reason.authMount, reason.role, hints),
      }
    case 'name-unresolved':
      return reason.of === 'policy'
        ? { says: OR_SAY, config: policyLines([reason.name]) }
        : { says: `${ASK}, or name the role in the config (\`roles\`).` }
    case 'no-auth':
    case 'method-names-no-role':
    case 'role-policies-not-told':
    case 'token-policies-unknown':
      return { says: OR_SAY, config: storeLines(reason.store) }
    case 'role-id-unknown':
      return reason.store === undefined ? { says: ASK } : { says: OR_SAY, config: storeLines(reason.store) }
    case 'user-not-in-git':
      return { says: OR_SAY, config: roleLines(reason.authMount, reason.username, {}) }
    case 'role-not-named':
      return {
        says: `${ASK}: the role is the default of auth mount \`${reason.authMount}\`, which only the server knows.`,
      }
    case 'policy-not-in-git':
    case 'policy-written-elsewhere':
      return { says: OR_SAY, config: policyLines([reason.policy]) }
    case 'policy-text-unknown':
      return openLaw(reason)
    case 'rule-part-unknown': {
      const [block] = reason.rule.blocks
      return block === undefined ? { says: ASK } : { says: OR_SAY, config: policyLines([block.policy]) }
    }
    case 'versions-differ':
      return {
        says: 'Leave one version, or say in the config which one is in force:',
        config: policyLines(reason.declared.filter(({ of }) => of === 'policy').map(({ name }) => name)),
      }
    case 'store-absent':
      return reason.what === 'store'
        ? {
            says: 'Give the checkout of the repository that declares it (`manifests.also`), or write into the config:',
            config: wholeStoreLines(reason.name),
          }
        : { says: 'Give the checkout of the repository that declares it (`manifests.also`).' }
    case 'no-role-admits':
      return { says: `${ASK}, or name the role that admits it in the config (\`roles\`).` }
    case 'no-store-admits':
      return { says: 'Name the store that admits it in the config (`stores`).' }
    case 'variable-unresolved':
      return reason.in === 'policy-text'
        ? undefined
        : {
            says: 'Give its value with the input `variables`, or write into the config:',
            config: ['manifests:', '  variables:', `    ${nameOfHole(reason.holes[0] ?? '')}: <value>`],
          }
    case 'placeholder':
      return {
        says: `Fill in ${listed(reason.holes)}, or give the manifests that something else rendered (\`rendered\`).`,
      }
    case 'patched':
    case 'not-traced':
      return { says: 'Install kustomize 5 on the PATH: it then says what the patch makes of it.' }
    case 'values-elsewhere':
      return valuesWayOut(reason)
    case 'store-unknown':
      return reason.because.code === 'values-elsewhere' ? valuesWayOut(reason.because) : { says: ONE_CLUSTER }
    case 'stores-log-in-differently':
    case 'conditions-differ':
      return { says: ONE_CLUSTER }
    case 'plugin-source':
    case 'generator-unknown':
    case 'kind-not-followed':
    case 'artifact':
    case 'foreign-source':
      return { says: 'Give the manifests that it renders (`rendered`).' }
    case 'snapshot-hides':
      return {
        says: '`eso-vault ci-policy --for snapshot` prints the policy that the token which writes the snapshot needs.',
      }
    case 'not-in-snapshot':
      return {
        says: 'The next snapshot after the merge holds it; to have every name in it, write into the config:',
        config: ['snapshot: { scope: all }'],
      }
    case 'server-hides':
      return { says: '`eso-vault ci-policy` prints the policy that the CI token needs.' }
    case 'chart-template':
      return reason.because === undefined ? undefined : wayOutOf(reason.because)
    case 'helm-fails':
      return reason.lacks === undefined
        ? undefined
        : {
            says: 'If the value is given outside of Git (`--set` in a CI job), write into the config:',
            config: valuesLines(reason.lacks),
          }
    case 'yaml-unparseable':
    case 'yaml-unusable':
      return { says: 'The finding `yaml-invalid` says what is wrong.' }
    default:
      return undefined
  }
}

/** What a policy that goes on where nothing is read needs is its whole text; what a role has beside its own, only the server knows. */
function openLaw({ policies, open }: Extract<NotCheckedReason, { readonly code: 'policy-text-unknown' }>): WayOut {
  if (policies.length === 0 && open.some(({ of }) => of === 'role')) return { says: `${ASK}.` }
  const names = policies.length > 0 ? policies : [...new Set(open.map(({ name }) => name))]
  return { says: OR_SAY, config: policyLines(names) }
}

function roleLines(authMount: string, role: string, { account }: LoginHints): string[] {
  const [namespace, name] = account?.split('/') ?? []
  const bound =
    namespace === undefined || name === undefined ? '' : `, names: [${yaml(name)}], namespaces: [${yaml(namespace)}]`
  return ['roles:', `  ${yaml(`${authMount}/${role}`)}: { policies: [<policy>]${bound} }`, ...policyLines(['<policy>'])]
}

function storeLines(store: string): string[] {
  return ['stores:', `  ${yaml(store)}: { policies: [<policy>] }`, ...policyLines(['<policy>'])]
}

/** `name`: with its kind. */
function wholeStoreLines(name: string | undefined): string[] {
  const own = name?.split(' ').at(-1) ?? '<name>'
  return [
    'stores:',
    `  ${yaml(own.split('/').at(-1) ?? own)}: { path: <mount>, auth: { method: kubernetes, role: <role>, serviceAccount: <namespace>/<name> } }`,
  ]
}

function policyLines(names: readonly string[]): string[] {
  return names.length === 0
    ? []
    : ['policies:', ...names.map((name) => `  ${name.startsWith('<') ? name : yaml(name)}: <file of its rules>`)]
}

/** A name that whoever installs the chart chooses is no value. */
function valuesWayOut({ kind, name }: ValuesReason): WayOut {
  if (kind === 'installer' || name === '' || name === '.Release.Name')
    return { says: 'Deploy the chart from Git, or give the manifests that it makes (`rendered`).' }
  const value = kind === 'variable' && /^[\w-]+(?:\.[\w-]+)*$/.test(name) ? { value: name } : {}
  return { says: 'Give the values in the config:', config: valuesLines({ chart: '<folder of the chart>', ...value }) }
}

function valuesLines({ chart, value }: { readonly chart: string; readonly value?: string }): string[] {
  return [
    'helm:',
    `  - chart: ${chart.startsWith('<') ? chart : yaml(chart)}`,
    value === undefined ? '    values: [<file of values>]' : `    set: { ${yaml(value)}: <value> }`,
  ]
}

/** A name as YAML takes it for text. */
function yaml(text: string): string {
  return /^[A-Za-z_][\w./-]*$/.test(text) && !/^(?:true|false|yes|no|on|off|null|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text)
}

function nameOfHole(hole: string): string {
  return /[A-Za-z_]\w*/.exec(hole)?.[0] ?? 'NAME'
}
