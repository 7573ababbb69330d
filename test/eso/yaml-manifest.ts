import { parseYaml, type YamlDocument } from '../../src/files/yaml/parse-yaml.ts'
import type { Manifest, PatchedField } from '../../src/model/manifest.ts'
import type { FieldPath, ValueMap } from '../../src/model/value.ts'

export interface ManifestOptions {
  readonly file?: string
  readonly namespace?: string
  readonly patched?: readonly FieldPath[]
}

function text(body: ValueMap, ...path: string[]): string | undefined {
  let value: unknown = body
  for (const part of path) value = (value as Record<string, unknown> | undefined)?.[part]
  return typeof value === 'string' ? value : undefined
}

/** A manifest of a parsed document, as the manifests room would make it of a plain file. */
export function manifestOf(document: YamlDocument, options: ManifestOptions = {}): Manifest {
  const body = document.value as ValueMap
  const patched: PatchedField[] = (options.patched ?? []).map((path) => ({ path, span: document.span }))
  return {
    apiVersion: text(body, 'apiVersion') ?? '',
    kind: text(body, 'kind') ?? '',
    name: text(body, 'metadata', 'name') ?? '',
    namespace: options.namespace ?? text(body, 'metadata', 'namespace'),
    body,
    span: document.span,
    spanOf: (path, part) => document.spanOf(path, part),
    spanOfTextLine: (path, line) => document.spanOfTextLine(path, line),
    unresolved: [],
    patched,
    origin: {
      file: document.file,
      document: document.index,
      appliedBy: [],
      applied: { verdict: 'presumed' },
      form: 'plain',
    },
  }
}

/** The one manifest of a YAML text. */
export function yamlManifest(yaml: string, options: ManifestOptions = {}): Manifest {
  const { documents } = parseYaml({ file: options.file ?? 'manifest.yaml', text: yaml })
  const [document] = documents
  if (document === undefined) throw new Error('the test gives no YAML document')
  return manifestOf(document, options)
}
