import { describe, expect, test } from 'vitest'
import type { Finding } from '../../src/model/finding.ts'
import { check } from '../../src/modes/check.ts'
import { EMPTY_CONFIG } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import { type Random, randomFrom } from '../differential/random.ts'
import { fluxKustomization, kustomization, tree } from '../gitops/tree.ts'

/**
 * Folders with a Secret that an ExternalSecret makes and one place that asks for a key of it, changed in one way. What the specification
 * says of the change (consumers.md §1, §3, §4, §6) is written here beside it, and is all that may be found.
 */

const SCENARIOS = 160

/** A place that asks for key `key` of Secret `name`; `expects` stands on the line that is found. */
interface Place {
  readonly what: string
  readonly severity: 'error' | 'warning'
  readonly optional: boolean
  readonly yaml: (asked: Asked) => string
}

interface Asked {
  readonly name: string
  readonly key: string
  readonly optional: boolean
  readonly namespace: string
}

const MARK = '# here'
const head = (apiVersion: string, kind: string, namespace: string) =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: user, namespace: ${namespace}}\n`
const pod = (kind: string, namespace: string, spec: string) =>
  `${head('apps/v1', kind, namespace)}spec:\n  template:\n    spec:\n${spec}`

const PLACES: readonly Place[] = [
  {
    what: 'env',
    severity: 'error',
    optional: true,
    yaml: ({ name, key, optional, namespace }) =>
      pod(
        'Deployment',
        namespace,
        `      containers:
        - name: c
          env:
            - name: V
              valueFrom:
                secretKeyRef:
                  name: ${name}
                  optional: ${optional}
                  key: ${key} ${MARK}
`,
      ),
  },
  {
    what: 'items',
    severity: 'error',
    optional: true,
    yaml: ({ name, key, optional, namespace }) =>
      pod(
        'StatefulSet',
        namespace,
        `      volumes:
        - name: v
          secret:
            secretName: ${name}
            optional: ${optional}
            items:
              - path: p
                key: ${key} ${MARK}
`,
      ),
  },
  {
    what: 'projected items',
    severity: 'error',
    optional: true,
    yaml: ({ name, key, optional, namespace }) =>
      pod(
        'DaemonSet',
        namespace,
        `      volumes:
        - name: v
          projected:
            sources:
              - configMap: {name: other}
              - secret:
                  name: ${name}
                  optional: ${optional}
                  items:
                    - path: p
                      key: ${key} ${MARK}
`,
      ),
  },
  {
    what: 'subPath',
    severity: 'error',
    optional: true,
    yaml: ({ name, key, optional, namespace }) =>
      pod(
        'Deployment',
        namespace,
        `      containers:
        - name: c
          volumeMounts:
            - name: v
              mountPath: /p
              subPath: ${key} ${MARK}
      volumes:
        - name: v
          secret: {secretName: ${name}, optional: ${optional}}
`,
      ),
  },
  {
    what: 'valuesFrom',
    severity: 'error',
    optional: true,
    yaml: ({ name, key, optional, namespace }) =>
      `${head('helm.toolkit.fluxcd.io/v2', 'HelmRelease', namespace)}spec:
  valuesFrom:
    - kind: Secret
      name: ${name}
      optional: ${optional}
      valuesKey: ${key} ${MARK}
`,
  },
  {
    what: 'values of a release for another namespace',
    severity: 'error',
    optional: true,
    yaml: ({ name, key, optional, namespace }) =>
      `${head('helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'flux-system')}spec:
  targetNamespace: ${namespace}
  values:
    extraEnv:
      - name: V
        valueFrom:
          secretKeyRef:
            name: ${name}
            optional: ${optional}
            key: ${key} ${MARK}
`,
  },
  {
    what: 'values of an Application, as a text',
    severity: 'error',
    optional: true,
    yaml: ({ name, key, optional, namespace }) =>
      `${head('argoproj.io/v1alpha1', 'Application', 'argocd')}spec:
  destination: {namespace: ${namespace}}
  source:
    chart: c
    repoURL: https://charts.example.com
    helm:
      values: |
        env:
          V:
            valueFrom:
              secretKeyRef:
                name: ${name}
                optional: ${optional}
                key: ${key} ${MARK}
`,
  },
  {
    what: 'persistence of app-template',
    severity: 'error',
    optional: false,
    yaml: ({ name, key, namespace }) =>
      `${head('helm.toolkit.fluxcd.io/v2', 'HelmRelease', namespace)}spec:
  values:
    persistence:
      config:
        type: secret
        name: ${name}
        globalMounts:
          - path: /p
            subPath: ${key} ${MARK}
`,
  },
  {
    what: 'a selector',
    severity: 'warning',
    optional: true,
    yaml: ({ name, key, optional, namespace }) =>
      `${head('example.com/v1', 'Thing', namespace)}spec:
  auth:
    passwordSecretRef:
      name: ${name}
      optional: ${optional}
      key: ${key} ${MARK}
`,
  },
]

/** An ExternalSecret whose Secret holds these keys, in one of the ways in which it can. */
type Maker = (made: { readonly name: string; readonly namespace: string; readonly keys: readonly string[] }) => string

const es = (name: string, namespace: string, spec: string) =>
  `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec:\n  secretStoreRef: {name: vault, kind: ClusterSecretStore}\n${spec}`
const data = (keys: readonly string[]) =>
  `  data:\n${keys.map((key) => `    - {secretKey: ${key}, remoteRef: {key: a, property: p}}\n`).join('')}`

const MAKERS: readonly Maker[] = [
  ({ name, namespace, keys }) => es(name, namespace, data(keys)),
  ({ name, namespace, keys }) =>
    es(`es-${name}`, namespace, `  target: {name: ${name}, creationPolicy: Orphan}\n${data(keys)}`),
  ({ name, namespace, keys }) =>
    es(
      name,
      namespace,
      `  target:\n    template:\n      data:\n${keys.map((key) => `        ${key}: "{{ .own }}"\n`).join('')}${data(['own'])}`,
    ),
  ({ name, namespace, keys: [first = 'x', ...others] }) =>
    es(
      name,
      namespace,
      `  target:\n    template:\n      mergePolicy: Merge\n      data:\n        ${first}: "{{ .own }}"\n${data(['own', ...others])}`,
    ),
  ({ name, namespace, keys }) =>
    es(
      name,
      namespace,
      `  target:\n    template:\n      templateFrom:\n        - literal: |\n${keys.map((key) => `            ${key}: "{{ .own }}"\n`).join('')}${data(['own'])}`,
    ),
  ({ name, namespace, keys }) =>
    es(name, namespace, `  target: {template: {type: Opaque}}\n  dataFrom: [{extract: {key: a}}]\n`).replace(
      '{type: Opaque}',
      `{data: {${keys.map((key) => `${key}: x`).join(', ')}}}`,
    ),
]

/** One change, and whether the place is then found. */
interface Change {
  readonly what: string
  readonly found: boolean
  readonly apply: (scenario: Scenario, random: Random) => Scenario
}

interface Scenario {
  readonly made: { readonly name: string; readonly namespace: string; readonly keys: readonly string[] }
  readonly asked: Asked
  readonly maker: Maker
  /** Further objects. */
  readonly more: string
}

const OTHER = 'renamed-key'
const CHANGES: readonly Change[] = [
  { what: 'nothing', found: false, apply: (one) => one },
  {
    what: 'the key renamed where it is made',
    found: true,
    apply: (one) => ({
      ...one,
      made: { ...one.made, keys: one.made.keys.map((key) => (key === one.asked.key ? OTHER : key)) },
    }),
  },
  {
    what: 'the key renamed where it is asked for',
    found: true,
    apply: (one) => ({ ...one, asked: { ...one.asked, key: OTHER } }),
  },
  {
    what: 'the key taken away where it is made',
    found: true,
    apply: (one) => ({
      ...one,
      made: { ...one.made, keys: ['last', ...one.made.keys.filter((key) => key !== one.asked.key)] },
    }),
  },
  {
    what: 'renamed, and optional',
    found: false,
    apply: (one) => ({ ...one, asked: { ...one.asked, key: OTHER, optional: true } }),
  },
  {
    what: 'renamed, in another namespace',
    found: false,
    apply: (one) => ({ ...one, asked: { ...one.asked, key: OTHER, namespace: `${one.asked.namespace}-other` } }),
  },
  {
    what: 'renamed, of a Secret that nobody makes',
    found: false,
    apply: (one) => ({ ...one, asked: { ...one.asked, key: OTHER, name: 'of-somebody-else' } }),
  },
  {
    what: 'renamed, and a variable in the name',
    found: false,
    apply: (one) => ({ ...one, asked: { ...one.asked, key: OTHER, name: '${APP}-secret' } }),
  },
  {
    what: 'renamed, and the keys known only to Vault',
    found: false,
    apply: (one) => ({
      ...one,
      asked: { ...one.asked, key: OTHER },
      maker: ({ name, namespace }) => es(name, namespace, '  dataFrom: [{extract: {key: a}}]\n'),
    }),
  },
  {
    what: 'renamed, and a Secret of the same name in Git that has it',
    found: false,
    apply: (one) => ({
      ...one,
      asked: { ...one.asked, key: OTHER },
      more: `---\napiVersion: v1\nkind: Secret\nmetadata: {name: ${one.made.name}, namespace: ${one.made.namespace}}\ndata: {${OTHER}: eA==}\n`,
    }),
  },
  {
    what: 'renamed, and another ExternalSecret merges keys of Vault into it',
    found: false,
    apply: (one) => ({
      ...one,
      asked: { ...one.asked, key: OTHER },
      more: `---\n${es('merged', one.made.namespace, `  target: {name: ${one.made.name}, creationPolicy: Merge}\n  dataFrom: [{extract: {key: b}}]\n`)}`,
    }),
  },
  {
    what: 'renamed, and an unrelated envFrom with a prefix beside it',
    found: true,
    apply: (one) => ({
      ...one,
      asked: { ...one.asked, key: OTHER },
      more: `---\n${pod('Deployment', one.made.namespace, `      containers: [{name: x, envFrom: [{prefix: P_, secretRef: {name: ${one.made.name}}}]}]\n`).replace('name: user', 'name: prefixed')}`,
    }),
  },
]

function scenarioOf(random: Random, index: number): { scenario: Scenario; place: Place; change: Change } {
  const place = PLACES[index % PLACES.length] as Place
  const change = CHANGES[Math.floor(index / PLACES.length) % CHANGES.length] as Change
  const keys = ['user', 'password', 'config.yaml', 'A_B', 'tls.crt'].slice(0, 1 + random.below(5))
  const namespace = `ns-${index}`
  const name = `secret-${index}`
  const plain: Scenario = {
    made: { name, namespace, keys },
    asked: { name, key: random.pick(keys), optional: false, namespace },
    maker: random.pick(MAKERS),
    more: '',
  }
  const scenario = change.apply(plain, random)
  return { scenario, place, change }
}

const STORE = `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: vault}
spec: {provider: {vault: {server: "https://vault.example.com", path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: eso, serviceAccountRef: {name: eso, namespace: eso}}}}}}
`

/** The ways in which a folder reaches a cluster. */
const FORMS: Readonly<Record<string, (folder: string) => Readonly<Record<string, string>>>> = {
  'plain files': () => ({}),
  kustomizations: (folder) => ({ [`${folder}/kustomization.yaml`]: kustomization('resources: [es.yaml, user.yaml]') }),
  'Flux Kustomizations': (folder) => ({
    [`clusters/main/${folder}.yaml`]: fluxKustomization(folder, `./${folder}`),
    'clusters/main/flux-system/gotk-sync.yaml': fluxKustomization('flux-system', './clusters/main'),
  }),
}

async function findingsIn(files: Readonly<Record<string, string>>): Promise<readonly Finding[]> {
  const cwd = tree(files)
  const settings = resolveSettings({
    given: { from: 'terminal', command: 'check', subject: undefined, values: {}, format: 'json', color: false },
    config: EMPTY_CONFIG,
    environment: readEnvironment({}),
    folder: 'x',
  })
  const { report } = await check(settings, { cwd, today: '2026-06-01', live: undefined, incomplete: [] })
  return report.findings.filter(({ rule }) => rule.startsWith('consumer-'))
}

describe.each(Object.keys(FORMS))('in %s', (form) => {
  test('a place is found exactly when the specification says so', async () => {
    const random = randomFrom(20_260 + form.length)
    const files: Record<string, string> = { 'store.yaml': STORE }
    const expected: string[] = []
    const told = new Map<string, string>()
    for (let index = 0; index < SCENARIOS; index++) {
      const { scenario, place, change } = scenarioOf(random, index)
      if (scenario.asked.optional && !place.optional) continue
      // An Application is an entry: kustomizations that none leads to are then no longer presumed.
      if (form === 'kustomizations' && place.what.includes('Application')) continue
      const folder = `s${index}`
      const user = place.yaml(scenario.asked)
      files[`${folder}/es.yaml`] = `${scenario.maker(scenario.made)}${scenario.more}`
      files[`${folder}/user.yaml`] = user
      Object.assign(files, FORMS[form]?.(folder))
      const line = user.split('\n').findIndex((text) => text.includes(MARK)) + 1
      told.set(folder, `${place.what}, ${change.what}`)
      if (change.found) expected.push(`${folder}/user.yaml:${line} consumer-key-absent ${place.severity}`)
    }
    const found = (await findingsIn(files)).map(
      ({ rule, severity, span }) => `${span.file}:${span.line} ${rule} ${severity}`,
    )
    const withWhat = (one: string) => `${one} (${told.get(one.split('/')[0] ?? '')})`
    expect(found.sort().map(withWhat)).toEqual(expected.sort().map(withWhat))
    expect(expected.length).toBeGreaterThan(SCENARIOS / 5)
  })
})

describe('names that kustomize changes', () => {
  const files = (target: string, prefix: string) => ({
    'store.yaml': STORE,
    'app/kustomization.yaml': kustomization('resources: [es.yaml, user.yaml]', 'namespace: shop', prefix),
    'app/es.yaml': es('db', 'shop', `${target}${data(['password'])}`),
    'app/user.yaml': (PLACES[0] as Place).yaml({ name: 'db', key: 'password', optional: false, namespace: 'shop' }),
  })

  test('a prefix renames the Secret of an ExternalSecret without a target, and not what asks for it', async () => {
    const [only, ...others] = await findingsIn(files('', 'namePrefix: prod-'))
    expect(others).toEqual([])
    expect([only?.rule, only?.severity, only?.span.file]).toEqual([
      'consumer-secret-absent',
      'warning',
      'app/user.yaml',
    ])
    expect(only?.message).toContain('`prod-db`')
  })

  test('a named target keeps its name', async () => {
    expect(await findingsIn(files('  target: {name: db}\n', 'nameSuffix: -prod'))).toEqual([])
  })

  test('without one nothing is found', async () => {
    expect(await findingsIn(files('', 'namePrefix: ""'))).toEqual([])
  })
})
