import { loadAll } from 'js-yaml'
import type { AppliedBy } from '../../src/model/applied.ts'
import type { Manifest, PatchedField } from '../../src/model/manifest.ts'
import type { Span } from '../../src/model/span.ts'
import type { FieldPath, ValueMap } from '../../src/model/value.ts'

export interface From {
  readonly file?: string
  /** Names of the Flux Kustomizations that apply it. */
  readonly appliedBy?: readonly string[]
  /** The folder that their files stand in. */
  readonly appliedIn?: string
  readonly patched?: readonly FieldPath[]
}

/** Spans of these manifests carry the asked field in their file name, so that tests can tell what was pointed at. */
function spanAt(file: string, path: FieldPath, part: 'key' | 'value' = 'value', line = 1): Span {
  return {
    file: `${file}#${path.join('.')}${part === 'key' ? '@key' : ''}`,
    line,
    column: 1,
    endLine: line,
    endColumn: 2,
  }
}

/** Manifests of a YAML text with several documents. */
export function fromYaml(text: string, from: From = {}): Manifest[] {
  const file = from.file ?? 'apps/app.yaml'
  const bodies = loadAll(text) as (ValueMap | null)[]
  return bodies.flatMap((body, document): Manifest[] => {
    if (body === null) return []
    const metadata = (body.metadata ?? {}) as { name?: string; namespace?: string }
    return [
      {
        apiVersion: String(body.apiVersion),
        kind: String(body.kind),
        name: metadata.name ?? '',
        namespace: metadata.namespace,
        body,
        span: { file, line: document + 1, column: 1, endLine: document + 2, endColumn: 1 },
        spanOf: (path, part) => spanAt(file, path, part),
        unresolved: [],
        patched: (from.patched ?? []).map((path): PatchedField => ({ path, span: spanAt('patch.yaml', path) })),
        origin: {
          file,
          document,
          form: 'plain',
          applied: { verdict: 'presumed' },
          appliedBy: (from.appliedBy ?? []).map(
            (name): AppliedBy => ({
              kind: 'Kustomization (Flux)',
              name,
              span: spanAt(`${from.appliedIn ?? 'flux'}/flux.yaml`, []),
            }),
          ),
        },
      },
    ]
  })
}

/** `${NAME}` and words in angle brackets or capitals that people leave to be replaced. */
export function holesOf(text: string): readonly string[] {
  return text.match(/\$\{[^}]*\}|<[A-Z_]+>|REPLACE_[A-Z_]+/g) ?? []
}

/** A ClusterSecretStore named `vault` with kubernetes auth, or another kind and provider block in its place. */
export function storeYaml(
  given: { kind?: string; name?: string; namespace?: string; vault?: object; spec?: object; labels?: object } = {},
): string {
  const { kind = 'ClusterSecretStore', name = 'vault', namespace, vault = {}, spec = {}, labels } = given
  return JSON.stringify({
    apiVersion: 'external-secrets.io/v1',
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...(labels === undefined ? {} : { labels }) },
    spec: {
      provider: { vault: { server: 'https://vault.example.com', path: 'kv', auth: KUBERNETES, ...vault } },
      ...spec,
    },
  })
}

export const KUBERNETES = {
  kubernetes: {
    mountPath: 'kubernetes',
    role: 'eso',
    serviceAccountRef: { name: 'eso', namespace: 'external-secrets' },
  },
}

/** An ExternalSecret `app` in namespace `apps` that uses ClusterSecretStore `vault`. */
export function externalSecretYaml(spec: object, metadata: object = {}): string {
  return JSON.stringify({
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: 'app', namespace: 'apps', ...metadata },
    spec: { secretStoreRef: { kind: 'ClusterSecretStore', name: 'vault' }, ...spec },
  })
}

/** A PushSecret `app` in namespace `apps` that writes to ClusterSecretStore `vault`. */
export function pushSecretYaml(spec: object, metadata: object = {}): string {
  return JSON.stringify({
    apiVersion: 'external-secrets.io/v1alpha1',
    kind: 'PushSecret',
    metadata: { name: 'app', namespace: 'apps', ...metadata },
    spec: {
      secretStoreRefs: [{ kind: 'ClusterSecretStore', name: 'vault' }],
      selector: { secret: { name: 'source' } },
      ...spec,
    },
  })
}

/** Several documents in one text. */
export function documents(...texts: readonly string[]): string {
  return texts.join('\n---\n')
}
