import type { YamlDocument } from '../../files/yaml/yaml-document.ts'
import { groupOf } from '../../model/kinds.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Span } from '../../model/span.ts'
import { at, type FieldPath, isMap, listAt, stringAt, stringsAt, type Value } from '../../model/value.ts'

/** A place in Git that pins the External Secrets Operator. */
export interface InstalledEso {
  /** As written, without a leading `v`: a version, or a range (`1.x`, `>=0.9`). Chart and operator have the same version. */
  readonly version: string
  readonly span: Span
  /** What pins it: `HelmRelease external-secrets/external-secrets`. */
  readonly by: string
}

interface Pin {
  readonly version: Value | undefined
  readonly path: FieldPath
}

const CHART = 'external-secrets'

/** Whether an object installs the operator: these are kept as Manifests. */
export function installsEso(body: Value, apiVersion: string, kind: string): boolean {
  return pins(body, apiVersion, kind).length > 0
}

/** The places that pin the ESO version (half of the repositories have one, field.md §3). */
export function installedEso(
  manifests: readonly Manifest[],
  documents: readonly { readonly document: YamlDocument }[],
): readonly InstalledEso[] {
  return [...installedByManifests(manifests), ...documents.flatMap(({ document }) => installedByDocument(document))]
}

/** What the objects pin, variables and namespaces resolved. */
function installedByManifests(manifests: readonly Manifest[]): InstalledEso[] {
  return manifests.flatMap((manifest) =>
    pins(manifest.body, manifest.apiVersion, manifest.kind).flatMap(({ version, path }): InstalledEso[] => {
      const text = versionText(version)
      if (text === undefined) return []
      const name = manifest.namespace === undefined ? manifest.name : `${manifest.namespace}/${manifest.name}`
      return [{ version: text, span: manifest.spanOf(path), by: `${manifest.kind} ${name}` }]
    }),
  )
}

/** What files that are no objects pin: kustomizations (charts, release URLs) and the dependencies of a Chart.yaml. */
function installedByDocument(document: YamlDocument): InstalledEso[] {
  const { value } = document
  const found: InstalledEso[] = []
  const add = (version: Value | undefined, path: FieldPath, by: string) => {
    const text = versionText(version)
    if (text !== undefined) found.push({ version: text, span: document.spanOf(path), by })
  }
  if (!isMap(value)) return found
  listAt(value, 'helmCharts').forEach((chart, index) => {
    if (stringAt(chart, 'name') === CHART)
      add(at(chart, 'version'), ['helmCharts', index, 'version'], 'the kustomization')
  })
  stringsAt(value, 'resources').forEach((url, index) => {
    const match =
      /external-secrets\/external-secrets\/.*?\bv?(\d+\.\d+\.\d+)|external-secrets\/external-secrets.*[?&]ref=v?(\d+\.\d+\.\d+)/.exec(
        url,
      )
    if (match !== null) add(match[1] ?? match[2], ['resources', index], 'the kustomization')
  })
  listAt(value, 'dependencies').forEach((chart, index) => {
    if (stringAt(chart, 'name') === CHART) add(at(chart, 'version'), ['dependencies', index, 'version'], 'the chart')
  })
  return found
}

function versionText(version: Value | undefined): string | undefined {
  if (typeof version === 'number') return String(version)
  return typeof version === 'string' && version !== '' ? version.replace(/^v(?=\d)/, '') : undefined
}

function isChart(text: string | undefined): boolean {
  return text === CHART || text?.endsWith(`/${CHART}`) === true
}

function pins(body: Value, apiVersion: string, kind: string): Pin[] {
  const pin = (chart: string | undefined, ...path: (string | number)[]): Pin[] =>
    isChart(chart) ? [{ version: at(body, ...path), path }] : []
  switch (`${groupOf(apiVersion)}/${kind}`) {
    case 'helm.toolkit.fluxcd.io/HelmRelease':
      return pin(stringAt(body, 'spec', 'chart', 'spec', 'chart'), 'spec', 'chart', 'spec', 'version')
    case 'source.toolkit.fluxcd.io/HelmChart':
      return pin(stringAt(body, 'spec', 'chart'), 'spec', 'version')
    case 'source.toolkit.fluxcd.io/OCIRepository': {
      const field = ['tag', 'semver'].find((name) => at(body, 'spec', 'ref', name) !== undefined) ?? 'tag'
      return pin(stringAt(body, 'spec', 'url'), 'spec', 'ref', field)
    }
    case 'helm.cattle.io/HelmChart':
      return pin(stringAt(body, 'spec', 'chart'), 'spec', 'version')
    case 'argoproj.io/Application':
    case 'argoproj.io/ApplicationSet': {
      const spec = kind === 'Application' ? ['spec'] : ['spec', 'template', 'spec']
      const sources = [
        [...spec, 'source'],
        ...listAt(body, ...spec, 'sources').map((_, index) => [...spec, 'sources', index]),
      ]
      return sources.flatMap((path) => pin(stringAt(body, ...path, 'chart'), ...path, 'targetRevision'))
    }
    default:
      return []
  }
}
