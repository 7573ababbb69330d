import { Chance, type Content, document, Raw } from './random-yaml.ts'

/** A random tree of kustomizations; `top` is the folder to build. */
export interface RandomTree {
  readonly files: Readonly<Record<string, string>>
  readonly top: string
}

type Mapping = { [key: string]: Content }

/** What a folder gives, as far as the generator follows it: what patches can be about. */
interface Known {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace: string | undefined
}

const ESO = 'external-secrets.io/v1'
const NAMES = ['db', 'api', 'cache', 'web-1', 'store']
const NAMESPACES = ['apps', 'infra', 'default']

/** Makes a tree; values are numbered texts, so that each stands once in it. */
export function randomTree(seed: number, may: { readonly sourceValue: boolean }): RandomTree {
  return new TreeMaker(new Chance(seed), may).tree()
}

class TreeMaker {
  private readonly chance: Chance
  private readonly files: Record<string, string> = {}
  private readonly components: string[] = []
  /** Components with objects or generators of their own. */
  private readonly bringing = new Set<string>()
  private readonly used = new Set<string>()
  private count = 0

  private readonly may: { readonly sourceValue: boolean }

  constructor(chance: Chance, may: { readonly sourceValue: boolean }) {
    this.chance = chance
    this.may = may
  }

  tree(): RandomTree {
    const { chance } = this
    for (let index = 0; index < chance.below(3); index++) this.component(`components/c${index}`)
    const bases: [string, Known[]][] = []
    for (let index = 0; index < 1 + chance.below(2); index++) {
      const folder = `base${index}`
      bases.push([folder, this.kustomization(folder, [], index * 2)])
    }
    let top = chance.is(0.85) || bases.length > 1 ? 'overlays/one' : (bases[0]?.[0] ?? '')
    if (top === 'overlays/one') {
      const known = this.kustomization(top, bases, 6)
      if (chance.is(0.3)) {
        this.kustomization('overlays/two', [[top, known]], 8)
        top = 'overlays/two'
      }
    }
    for (const [file, text] of Object.entries(this.files)) this.files[file] = this.otherwise(text)
    return { files: this.files, top }
  }

  /** The same text as other editors leave it. */
  private otherwise(text: string): string {
    const { chance } = this
    if (chance.is(0.03)) return text.replaceAll('\n', '\r\n')
    if (chance.is(0.05)) return text.replace(/\n$/, '')
    return chance.is(0.02) ? `${text}---\n` : text
  }

  private token(): string {
    return `v${++this.count}`
  }

  private component(folder: string): void {
    this.components.push(folder)
    const own = this.chance.is(0.4) ? this.objectFile(folder, 4) : []
    const value: Mapping = { apiVersion: 'kustomize.config.k8s.io/v1alpha1', kind: 'Component' }
    if (own.length > 0) value.resources = ['objects.yaml']
    this.operations(folder, value, own, true)
    if (own.length > 0 || value.configMapGenerator !== undefined) this.bringing.add(folder)
    this.files[`${folder}/kustomization.yaml`] = document(this.chance, value)
  }

  private kustomization(folder: string, bases: readonly [string, Known[]][], offset: number): Known[] {
    const { chance } = this
    const up = '../'.repeat(folder.split('/').length)
    const resources = bases.map(([base]) => `${up}${base}`)
    const known = bases.flatMap(([, below]) => below)
    if (bases.length === 0 || chance.is(0.4)) {
      known.push(...this.objectFile(folder, offset))
      resources.unshift('objects.yaml')
    }
    // Some entries that kustomize refuses.
    if (chance.is(0.01)) resources.push(chance.of(['missing.yaml', `${up}nowhere`, resources[0] ?? 'x.yaml']))
    const value: Mapping = chance.is(0.7)
      ? { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' }
      : {}
    value[chance.is(0.06) ? 'bases' : 'resources'] = resources
    // One that brings objects cannot be applied twice.
    const chosen = chance.some(this.components, 0.4).filter((component) => {
      if (!this.bringing.has(component) || chance.is(0.1)) return true
      return !this.used.has(component)
    })
    for (const component of chosen) this.used.add(component)
    if (chosen.length > 0) value.components = chosen.map((component) => `${up}${component}`)
    this.operations(folder, value, known, false)
    if (chance.is(0.004)) value.unknownField = 'x'
    this.files[`${folder}/kustomization.yaml`] = document(chance, shuffled(chance, value))
    return known
  }

  /** A file of objects; returns what it holds. */
  private objectFile(folder: string, offset: number): Known[] {
    const { chance } = this
    const objects: Mapping[] = []
    const known: Known[] = []
    const ids = new Set<string>()
    for (let index = 0; index < 1 + chance.below(4); index++) {
      const object = this.object(offset)
      const { name, namespace } = object.metadata as { name: string; namespace?: string }
      const id = `${object.kind}/${name}/${namespace ?? 'default'}`
      if (ids.has(id) && !chance.is(0.03)) continue
      ids.add(id)
      objects.push(object)
      known.push({ apiVersion: String(object.apiVersion), kind: String(object.kind), name, namespace })
    }
    const texts = objects.map((object) => document(chance, object))
    if (chance.is(0.06)) texts.push(this.anchored(`anchored${offset}`))
    const isList = chance.is(0.05) && !objects.some((object) => JSON.stringify(object).includes('"text"'))
    const text = isList
      ? document(chance, { apiVersion: 'v1', kind: 'List', items: objects })
      : texts.join(chance.is(0.1) ? '--- # next\n' : '---\n')
    this.files[`${folder}/objects.yaml`] = (chance.is(0.2) ? '---\n' : '') + text
    return known
  }

  /** Anchors, aliases and merge keys; blocks of text of every kind. */
  private anchored(name: string): string {
    return `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: &name ${name}
  labels: &labels {app: ${this.token()}}
spec:
  secretStoreRef: &ref
    name: ${this.token()}
    kind: ClusterSecretStore
  other:
    <<: *ref
    kind: SecretStore
  more:
    <<: [*labels, *ref]
  data:
    - secretKey: *name
      remoteRef: {key: "kv/${this.token()}"}
  target:
    template:
      data:
        literal: |-
          a: {{ .${this.token()} }}
           indented
        keep: |+
          kept

        folded: >
          one
          two

          three
        quoted: "tab\\t and \\u00e9"
`
  }

  private object(offset: number): Mapping {
    const { chance } = this
    const name = `${chance.of(NAMES)}${offset === 0 ? '' : offset}`
    const metadata: Mapping = { name }
    const kind = chance.of(KINDS)
    if (chance.is(0.35) && !CLUSTER_SCOPED.has(kind)) metadata.namespace = chance.of(NAMESPACES)
    if (chance.is(0.4)) metadata.labels = this.pairs(['app', 'tier', 'team/x'])
    if (chance.is(0.3)) metadata.annotations = this.annotations()
    const head = (apiVersion: string) => ({ apiVersion, kind, metadata })
    switch (kind) {
      case 'ExternalSecret':
        return { ...head(ESO), spec: this.externalSecret() }
      case 'SecretStore':
      case 'ClusterSecretStore':
        return { ...head(ESO), spec: { provider: { vault: this.vault() } } }
      case 'PushSecret':
        return {
          ...head('external-secrets.io/v1alpha1'),
          spec: { secretStoreRefs: [{ name: this.token(), kind: 'ClusterSecretStore' }], data: [this.item()] },
        }
      case 'ConfigMap':
        return { ...head('v1'), data: { a: this.token(), b: chance.is(0.3) ? 'line\nline two\n' : this.token() } }
      case 'Secret':
        return { ...head('v1'), type: 'Opaque', stringData: { a: this.token() } }
      case 'ServiceAccount':
        return { ...head('v1'), ...(chance.is(0.3) ? { imagePullSecrets: [{ name: chance.of(NAMES) }] } : {}) }
      case 'Namespace':
        return { ...head('v1'), ...(chance.is(0.5) ? { spec: { finalizers: ['kubernetes'] } } : {}) }
      case 'ClusterRoleBinding':
      case 'RoleBinding':
        return {
          ...head('rbac.authorization.k8s.io/v1'),
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:auth-delegator' },
          subjects: [
            { kind: 'ServiceAccount', name: chance.of([...NAMES, 'default']), namespace: chance.of(NAMESPACES) },
            ...(chance.is(0.4) ? [{ kind: 'Group', name: this.token() }] : []),
          ],
        }
      case 'Role':
        return {
          ...head('rbac.authorization.k8s.io/v1'),
          rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: chance.some(NAMES, 0.4), verbs: ['get'] }],
        }
      case 'HelmRelease':
        return {
          ...head('helm.toolkit.fluxcd.io/v2'),
          spec: { interval: '30m', values: { a: { b: this.token(), c: this.odd() }, list: [this.token(), 1, true] } },
        }
      case 'Kustomization':
        return {
          ...head('kustomize.toolkit.fluxcd.io/v1'),
          spec: { path: `./${this.token()}`, prune: true, postBuild: { substitute: { A: this.token() } } },
        }
      case 'Application':
        return {
          ...head('argoproj.io/v1alpha1'),
          spec: { source: { repoURL: this.token(), path: this.token() }, destination: { namespace: this.token() } },
        }
      default:
        return { ...head('apps/v1'), spec: this.deployment() }
    }
  }

  private externalSecret(): Content {
    const { chance } = this
    return {
      refreshInterval: chance.of(['1h', '30m', '5m']),
      secretStoreRef: { name: chance.is(0.3) ? chance.of(NAMES) : this.token(), kind: 'ClusterSecretStore' },
      data: Array.from({ length: 1 + chance.below(3) }, () => this.item()),
      ...(chance.is(0.3) ? { dataFrom: [{ extract: { key: this.token() } }] } : {}),
      ...(chance.is(0.4) ? { target: { name: this.token(), template: { data: { cfg: this.token() } } } } : {}),
      ...(chance.is(0.2) ? { extra: this.odd() } : {}),
    }
  }

  private item(): Content {
    return { secretKey: this.token(), remoteRef: { key: `kv/${this.token()}`, property: this.token() } }
  }

  private vault(): Content {
    return {
      server: `https://${this.token()}`,
      path: this.token(),
      version: 'v2',
      auth: { kubernetes: { mountPath: this.token(), role: this.token() } },
    }
  }

  private deployment(): Content {
    return {
      replicas: 1,
      selector: { matchLabels: { app: 'x' } },
      template: {
        metadata: { labels: { app: 'x' } },
        spec: {
          serviceAccountName: this.chance.of(NAMES),
          containers: [
            { name: 'main', image: 'repo/app:1', env: [{ name: 'A', value: this.token() }] },
            { name: 'side', image: 'repo/side:2', args: [this.token()] },
          ],
        },
      },
    }
  }

  private pairs(names: readonly string[]): Mapping {
    return Object.fromEntries(names.filter(() => this.chance.is(0.5)).map((name) => [name, this.token()]))
  }

  private annotations(): Mapping {
    const { chance } = this
    const odd = chance.is(0.2) ? { odd: chance.of<Content>([true, 5, new Raw('1.10'), null, new Raw('')]) } : {}
    const local = chance.is(0.04) ? { 'config.kubernetes.io/local-config': chance.of(['true', 'false']) } : {}
    return { ...this.pairs(['note', 'argocd.argoproj.io/sync-wave']), ...odd, ...local }
  }

  /** Values that only some steps change. */
  private odd(): Content {
    return this.chance.of<Content>([
      null,
      new Raw(''),
      new Raw('~'),
      new Raw('0644'),
      true,
      3.5,
      1000000,
      'yes',
      '12',
      {},
      [],
      { deep: new Raw(''), kept: null },
      [{ a: null }, 'x'],
    ])
  }

  private operations(folder: string, value: Mapping, known: readonly Known[], isComponent: boolean): void {
    const { chance } = this
    if (chance.is(0.3)) value.namespace = chance.of([...NAMESPACES, 'outer'])
    if (chance.is(0.15)) value.namePrefix = chance.of(['dev-', 'p-'])
    if (chance.is(0.1)) value.nameSuffix = chance.of(['-a', '-v2'])
    if (chance.is(0.15))
      value.labels = [{ pairs: this.pairs(['app', 'env']), ...(chance.is(0.2) ? { includeSelectors: true } : {}) }]
    if (chance.is(0.06)) value.commonLabels = { common: this.token() }
    if (chance.is(0.1)) value.commonAnnotations = { note: this.token() }
    if (chance.is(0.03)) value.images = [{ name: 'repo/app', newTag: '9' }]
    if (known.length > 0 && chance.is(0.04)) this.transformer(folder, value, chance.of(known))
    if (chance.is(0.05)) this.configuration(folder, value)
    if (chance.is(0.02)) value.buildMetadata = ['originAnnotations', 'managedByLabel']
    if (chance.is(0.25)) this.generators(folder, value, known)
    const isGuess = isComponent && known.length === 0
    if (isGuess) known = this.guesses()
    if (known.length === 0) return
    const patches = Array.from({ length: chance.is(0.6) ? 1 + chance.below(2) : 0 }, () =>
      this.patch(folder, known, isGuess),
    )
    if (patches.length > 0) value.patches = patches
    if (chance.is(0.1))
      value.patchesStrategicMerge = [this.inlineOrFile(folder, this.strategic(chance.of(known), false))]
    if (chance.is(0.08)) {
      const target = chance.of(known)
      value.patchesJson6902 = [
        {
          target: { ...gvk(target), name: target.name },
          ...this.text(folder, document(chance, this.operationsOn(target))),
        },
      ]
    }
    if (!isGuess && chance.is(0.18)) value.replacements = [this.replacement(known)]
  }

  /** What a Component may be applied to. */
  private guesses(): Known[] {
    return [0, 2].flatMap((offset) =>
      ['ExternalSecret', 'ClusterSecretStore'].map((kind) => ({
        apiVersion: ESO,
        kind,
        name: `${this.chance.of(NAMES)}${offset === 0 ? '' : offset}`,
        namespace: undefined,
      })),
    )
  }

  private generators(folder: string, value: Mapping, known: readonly Known[]): void {
    const { chance } = this
    const item: Mapping = {
      name: `${chance.of(['settings', 'more'])}${chance.is(0.1) ? '' : `-${folder.replace(/\W/g, '-')}`}`,
    }
    if (chance.is(0.7)) item.literals = [`A=${this.token()}`, `B="${this.token()} <x>"`]
    if (chance.is(0.3)) {
      this.files[`${folder}/app.env`] = `# env\nC=${this.token()}\n\n  D=${this.token()}\nE\n`
      item.envs = ['app.env']
    }
    if (chance.is(0.3)) {
      this.files[`${folder}/app.conf`] = `a: ${this.token()}\nb: 2\n`
      item.files = [chance.of(['app.conf', 'other.conf=app.conf'])]
    }
    if (chance.is(0.3)) item.options = { labels: { l: this.token() }, disableNameSuffixHash: chance.is(0.6) }
    const old = known.find(({ kind }) => kind === 'ConfigMap')
    if (old !== undefined && chance.is(0.4)) {
      item.name = old.name
      item.behavior = chance.of(['merge', 'replace'])
      if (old.namespace !== undefined) item.namespace = old.namespace
    }
    value.configMapGenerator = [item]
    if (chance.is(0.2)) value.secretGenerator = [{ name: `hidden-${folder.replace(/\W/g, '-')}`, literals: ['k=v'] }]
    if (chance.is(0.2))
      value.generatorOptions = { annotations: { g: this.token() }, disableNameSuffixHash: chance.is(0.5) }
  }

  private configuration(folder: string, value: Mapping): void {
    const { chance } = this
    const names = [
      { kind: chance.of(['SecretStore', 'ClusterSecretStore']), path: 'spec/secretStoreRef/name' },
      { kind: 'ConfigMap', path: 'spec/target/template/data/cfg' },
    ]
    this.files[`${folder}/config.yaml`] = document(
      chance,
      chance.is(0.8)
        ? {
            nameReference: names.map(({ kind, path }) => ({ kind, fieldSpecs: [{ kind: 'ExternalSecret', path }] })),
          }
        : { commonLabels: [{ kind: 'PushSecret', path: 'spec/labels', create: true }] },
    )
    value.configurations = ['config.yaml']
  }

  private transformer(folder: string, value: Mapping, target: Known): void {
    const { chance } = this
    this.files[`${folder}/transformer.yaml`] = document(
      chance,
      chance.is(0.7)
        ? {
            apiVersion: 'builtin',
            kind: 'PatchTransformer',
            metadata: { name: 'x' },
            target: { kind: target.kind },
            patch: document(chance, [{ op: 'add', path: '/metadata/annotations/t', value: this.token() }]),
          }
        : {
            apiVersion: 'builtin',
            kind: 'NamespaceTransformer',
            metadata: { name: 'x', namespace: 'moved' },
            unsetOnly: true,
          },
    )
    value.transformers = ['transformer.yaml']
  }

  private patch(folder: string, known: readonly Known[], isGuess: boolean): Content {
    const { chance } = this
    const target = chance.of(known)
    const isJson = chance.is(0.45)
    const selects = isJson || chance.is(isGuess ? 0.95 : 0.45)
    const options = chance.is(0.06)
      ? { options: chance.of([{ allowNameChange: true }, { allowKindChange: true }]) }
      : {}
    const content = isJson ? this.operationsOn(target) : this.strategic(target, selects)
    return {
      ...(selects ? { target: this.target(target, isJson) } : {}),
      ...this.text(folder, document(chance, content)),
      ...(isJson ? {} : options),
    }
  }

  private target({ apiVersion, kind, name }: Known, byKind: boolean): Mapping {
    const { chance } = this
    const target: Mapping =
      byKind || chance.is(0.9)
        ? { kind }
        : { group: apiVersion.includes('/') ? (apiVersion.split('/')[0] as string) : '' }
    if (chance.is(0.5)) target.name = chance.of([name, `${name.slice(0, 1)}.*`, '.*'])
    if (chance.is(0.1)) target.namespace = chance.of(NAMESPACES)
    if (chance.is(0.1)) target.labelSelector = chance.of(['app', '!app', 'tier!=x', 'app in (v1,v2), !team/x'])
    if (chance.is(0.05)) target.annotationSelector = chance.of(['note', '!note'])
    return target
  }

  private text(folder: string, text: string): Mapping {
    if (this.chance.is(0.5)) return { patch: text }
    const file = `patch-${++this.count}.yaml`
    this.files[`${folder}/${file}`] = text
    return { path: file }
  }

  private inlineOrFile(folder: string, content: Content): Content {
    const [text] = Object.values(this.text(folder, document(this.chance, content)))
    return text as Content
  }

  private strategic(target: Known, selects: boolean): Content {
    const { chance } = this
    const metadata: Mapping = { name: chance.is(0.992) ? target.name : 'nobody' }
    if (target.namespace !== undefined) metadata.namespace = target.namespace
    if (chance.is(0.25)) metadata.labels = { app: chance.of<Content>([this.token(), null]), added: this.token() }
    if (chance.is(0.2)) metadata.annotations = { note: chance.of<Content>([this.token(), null, 5]) }
    const head: Mapping = { apiVersion: target.apiVersion, kind: target.kind, metadata }
    if (chance.is(0.04)) return { ...head, $patch: 'delete' }
    if (chance.is(0.02)) head.$patch = 'replace'
    if (selects && chance.is(0.3)) head.kind = 'Any'
    if (chance.is(0.01)) return { ...head, spec: this.token() }
    switch (target.kind) {
      case 'ConfigMap':
        return { ...head, data: { a: this.token(), c: chance.of<Content>([this.token(), null]) } }
      case 'ExternalSecret':
        return { ...head, spec: this.externalSecretPatch() }
      case 'Deployment':
        return {
          ...head,
          spec: {
            template: { spec: { containers: [{ name: chance.of(['main', 'side', 'new']), image: this.token() }] } },
          },
        }
      case 'Namespace':
      case 'ServiceAccount':
      case 'Secret':
        return head
      case 'RoleBinding':
      case 'ClusterRoleBinding':
        return { ...head, subjects: [{ kind: 'ServiceAccount', name: chance.of(NAMES), namespace: this.token() }] }
      default:
        return { ...head, spec: { provider: { vault: { path: this.token() } }, added: this.odd() } }
    }
  }

  private externalSecretPatch(): Content {
    const { chance } = this
    return chance.of<() => Content>([
      () => ({ secretStoreRef: { name: this.token() } }),
      () => ({ data: [this.item()] }),
      () => ({ data: [this.item(), { $patch: 'replace' }] }),
      () => ({ data: null, $patch: 'merge' }),
      () => ({ target: chance.of<Content>([null, { $patch: 'replace', name: this.token() }, { $patch: 'delete' }]) }),
      () => ({ refreshInterval: this.token(), dataFrom: null, extra: { a: null, b: this.token() } }),
      () => ({ target: { template: { data: { more: this.token() } } } }),
    ])()
  }

  private operationsOn(target: Known): Content {
    const { chance } = this
    const list: Content[] = []
    for (let index = 0; index < 1 + chance.below(2); index++) list.push(this.operation(target))
    return list
  }

  private operation({ kind }: Known): Content {
    const { chance } = this
    const value = () => this.token()
    if (chance.is(0.25)) return { op: 'add', path: '/metadata/labels', value: { l: value() } }
    if (chance.is(0.1)) return { op: 'add', path: '/metadata/annotations/x', value: value() }
    if (chance.is(0.015)) return { op: chance.of(['remove', 'test', 'jump']), path: '/spec/nothing', value: 1 }
    if (chance.is(0.03)) return { op: 'replace', path: '/metadata/name', value: chance.of(NAMES) }
    switch (kind) {
      case 'ExternalSecret':
        return chance.of<Content>([
          { op: 'replace', path: '/spec/data/0/remoteRef/key', value: value() },
          { op: 'add', path: '/spec/data/-', value: this.item() },
          { op: 'add', path: '/spec/data/0', value: this.item() },
          { op: 'remove', path: '/spec/data/-1' },
          { op: 'replace', path: '/spec/secretStoreRef', value: { name: value() } },
          { op: 'add', path: '/spec/added', value: chance.of<Content>([new Raw('yes'), null, 7, new Raw('0755')]) },
          { op: 'copy', from: '/spec/data/0', path: '/spec/data/-' },
          { op: 'move', from: '/spec/refreshInterval', path: '/spec/moved' },
          { op: 'move', from: '/spec/data/0', path: '/spec/data/-' },
          { op: 'replace', path: '/spec/absent', value: { a: value() } },
          { op: 'add', path: '/metadata/annotations', value: { only: value() } },
          { op: 'remove', path: '/spec/data' },
          { op: 'test', path: '/spec/secretStoreRef/kind', value: 'ClusterSecretStore' },
        ])
      case 'ConfigMap':
        return { op: chance.of(['add', 'replace']), path: '/data/a', value: value() }
      case 'HelmRelease':
        return { op: 'replace', path: '/spec/values/a/b', value: value() }
      default:
        return { op: 'add', path: '/spec', value: { whole: value() } }
    }
  }

  private replacement(known: readonly Known[]): Content {
    const { chance } = this
    const from = chance.of(known)
    const to = chance.of(known)
    const source: Mapping =
      from.kind === 'ConfigMap'
        ? { kind: 'ConfigMap', name: from.name, fieldPath: 'data.a' }
        : {
            kind: from.kind,
            name: from.name,
            ...(chance.is(0.5)
              ? {
                  fieldPath: chance.is(0.8)
                    ? 'metadata.name'
                    : chance.of(['metadata.namespace', 'spec', 'spec.data.0']),
                }
              : {}),
          }
    const fieldPaths =
      to.kind === 'ExternalSecret'
        ? chance.of([
            ['spec.secretStoreRef.name'],
            ['spec.data.*.remoteRef.key'],
            ['spec.data.0.remoteRef.property', 'spec.refreshInterval'],
          ])
        : to.kind === 'Deployment'
          ? ['spec.template.spec.containers.[name=main].image']
          : to.kind === 'HelmRelease'
            ? chance.of([['spec.values.a'], ['spec.values.list.1'], ['spec.values.list.0']])
            : chance.of([['metadata.labels.copied'], ['metadata.annotations.[x.y/z]'], ['metadata.annotations.x\\.y']])
    const create =
      chance.is(0.9) && !/^(?:ExternalSecret|Deployment|HelmRelease)$/.test(to.kind) ? { create: true } : {}
    const part =
      chance.is(0.2) && to.kind === 'ExternalSecret' ? { delimiter: '/', index: chance.of([0, 1, -1, 5]) } : {}
    return {
      ...(chance.is(0.12) && this.may.sourceValue ? { sourceValue: this.token() } : { source }),
      targets: [
        {
          select: { kind: to.kind, ...(chance.is(0.5) ? { name: to.name } : {}) },
          ...(chance.is(0.1) ? { reject: [{ name: chance.of(NAMES) }] } : {}),
          fieldPaths,
          options: { ...create, ...part },
        },
      ],
    }
  }
}

const KINDS = [
  ...['ExternalSecret', 'ExternalSecret', 'ExternalSecret', 'ExternalSecret', 'SecretStore', 'ClusterSecretStore'],
  ...['PushSecret', 'ConfigMap', 'ConfigMap', 'Secret', 'ServiceAccount', 'Namespace', 'ClusterRoleBinding'],
  ...['RoleBinding', 'Role', 'HelmRelease', 'Kustomization', 'Application', 'Deployment'],
]
const CLUSTER_SCOPED = new Set(['Namespace', 'ClusterRoleBinding', 'ClusterSecretStore'])

function gvk({ apiVersion, kind }: Known): Mapping {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
  return { ...(group === '' ? {} : { group: group as string }), version: version as string, kind }
}

function shuffled(chance: Chance, value: Mapping): Mapping {
  const entries = Object.entries(value).map((entry) => [chance.next(), entry] as const)
  return Object.fromEntries(entries.sort(([a], [b]) => a - b).map(([, entry]) => entry))
}
