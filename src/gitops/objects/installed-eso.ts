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
  /**
   * Whether the chart's values turn `crds.unsafeServeV1Beta1` on, which keeps v1beta1 served (eso.md §1). `unknown`: values
   * stand in files or ConfigMaps that are not read. Absent: they do not.
   */
  readonly servesV1Beta1?: 'yes' | 'unknown'
  /** What pins it: `HelmRelease external-secrets/external-secrets`. */
  readonly by: string
}

interface Pin {
  readonly version: Value | undefined
  readonly path: FieldPath
  readonly values?: ChartValues
}

/** Where a chart's values may stand. */
interface ChartValues {
  readonly maps: readonly (Value | undefined)[]
  readonly texts: readonly (string | undefined)[]
  /** `name: value` pairs of Argo CD. */
  readonly parameters: readonly Value[]
  /** Values elsewhere: files, ConfigMaps. */
  readonly elsewhere: boolean
}

const UNSAFE = 'crds.unsafeServeV1Beta1'

function serving(values: ChartValues | undefined): { readonly servesV1Beta1?: 'yes' | 'unknown' } {
  if (values === undefined) return {}
  const isOn = (value: Value | undefined) => value === true || value === 'true'
  const on =
    values.maps.some((map) => isOn(at(map, 'crds', 'unsafeServeV1Beta1'))) ||
    values.texts.some((text) => /^\s+unsafeServeV1Beta1:\s*["']?true\b/m.test(text ?? '')) ||
    values.parameters.some((one) => stringAt(one, 'name') === UNSAFE && isOn(at(one, 'value')))
  if (on) return { servesV1Beta1: 'yes' }
  return values.elsewhere ? { servesV1Beta1: 'unknown' } : {}
}

/** The values stand in the object that uses this one. */
const ELSEWHERE: ChartValues = { maps: [], texts: [], parameters: [], elsewhere: true }

function fluxValues(body: Value): ChartValues {
  const elsewhere = listAt(body, 'spec', 'valuesFrom').length > 0
  return { maps: [at(body, 'spec', 'values')], texts: [], parameters: [], elsewhere }
}

function argoValues(source: Value | undefined): ChartValues {
  return {
    maps: [at(source, 'helm', 'valuesObject')],
    texts: [stringAt(source, 'helm', 'values')],
    parameters: listAt(source, 'helm', 'parameters'),
    elsewhere: listAt(source, 'helm', 'valueFiles').length > 0,
  }
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
    pins(manifest.body, manifest.apiVersion, manifest.kind).flatMap(({ version, path, values }): InstalledEso[] => {
      const text = versionText(version)
      if (text === undefined) return []
      const name = manifest.namespace === undefined ? manifest.name : `${manifest.namespace}/${manifest.name}`
      return [{ version: text, span: manifest.spanOf(path), by: `${manifest.kind} ${name}`, ...serving(values) }]
    }),
  )
}

/** What files that are no objects pin: kustomizations (charts, release URLs) and the dependencies of a Chart.yaml. */
function installedByDocument(document: YamlDocument): InstalledEso[] {
  const { value } = document
  const found: InstalledEso[] = []
  const add = (version: Value | undefined, path: FieldPath, by: string, values?: ChartValues) => {
    const text = versionText(version)
    if (text !== undefined) found.push({ version: text, span: document.spanOf(path), by, ...serving(values) })
  }
  if (!isMap(value)) return found
  listAt(value, 'helmCharts').forEach((chart, index) => {
    if (stringAt(chart, 'name') === CHART)
      add(at(chart, 'version'), ['helmCharts', index, 'version'], 'the kustomization', {
        maps: [at(chart, 'valuesInline')],
        texts: [],
        parameters: [],
        elsewhere: at(chart, 'valuesFile') !== undefined || listAt(chart, 'additionalValuesFiles').length > 0,
      })
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
  const pin = (chart: string | undefined, path: FieldPath, values?: ChartValues): Pin[] =>
    isChart(chart) ? [{ version: at(body, ...path), path, ...(values === undefined ? {} : { values }) }] : []
  switch (`${groupOf(apiVersion)}/${kind}`) {
    case 'helm.toolkit.fluxcd.io/HelmRelease':
      return pin(
        stringAt(body, 'spec', 'chart', 'spec', 'chart'),
        ['spec', 'chart', 'spec', 'version'],
        fluxValues(body),
      )
    case 'source.toolkit.fluxcd.io/HelmChart':
      return pin(stringAt(body, 'spec', 'chart'), ['spec', 'version'], ELSEWHERE)
    case 'source.toolkit.fluxcd.io/OCIRepository': {
      const field = ['tag', 'semver'].find((name) => at(body, 'spec', 'ref', name) !== undefined) ?? 'tag'
      return pin(stringAt(body, 'spec', 'url'), ['spec', 'ref', field], ELSEWHERE)
    }
    case 'helm.cattle.io/HelmChart':
      return pin(stringAt(body, 'spec', 'chart'), ['spec', 'version'], {
        maps: [at(body, 'spec', 'set')],
        texts: [stringAt(body, 'spec', 'valuesContent')],
        parameters: [],
        elsewhere: false,
      })
    case 'argoproj.io/Application':
    case 'argoproj.io/ApplicationSet': {
      const spec = kind === 'Application' ? ['spec'] : ['spec', 'template', 'spec']
      const sources = [
        [...spec, 'source'],
        ...listAt(body, ...spec, 'sources').map((_, index) => [...spec, 'sources', index]),
      ]
      return sources.flatMap((path) =>
        pin(stringAt(body, ...path, 'chart'), [...path, 'targetRevision'], argoValues(at(body, ...path))),
      )
    }
    default:
      return []
  }
}
