import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { discover } from '../../../src/files/discover.ts'
import { checkout as openCheckout } from '../../../src/gitops/checkout.ts'
import type { ChartRelease, ValueLayer } from '../../../src/gitops/helm/chart-release.ts'
import { type ChartObject, type ChartOutput, renderRelease } from '../../../src/gitops/helm/render-release.ts'
import { type HelmMemory, helmRunner } from '../../../src/gitops/helm/run-helm.ts'
import { placeAt } from '../../../src/gitops/helm/template-lines.ts'
import { parseFiles } from '../../../src/gitops/objects/parsed-files.ts'
import { at, type Placed, placedAt, plainValue, spanIn } from '../../../src/gitops/placed/placed.ts'
import type { Run } from '../../../src/gitops/process/kustomize-binary.ts'
import { runProcess } from '../../../src/gitops/process/run-process.ts'
import { NO_DEADLINE } from '../../../src/model/deadline.ts'
import type { FieldPath } from '../../../src/model/value.ts'
import type { TestHelm } from '../render/helm-binary.ts'
import { tree } from '../tree.ts'

export interface RenderedOne extends Omit<ChartOutput, 'objects'> {
  readonly objects: readonly (ChartObject & { told(path: FieldPath): string })[]
  readonly processes: number
}

export interface OneOptions {
  readonly run?: Run
  readonly chart?: string
  readonly keysOnly?: boolean
  readonly memory?: HelmMemory
  readonly release?: Partial<ChartRelease>
}

const PLACE = placeAt({ file: 'app.yaml', line: 1, column: 1, endLine: 1, endColumn: 1 })

/** A text that stands in `app.yaml`. */
export function placedText(text: string): Placed {
  return placedAt(PLACE, text)
}

/** Renders one chart of a folder with files of values. */
export async function renderFolder(
  helm: TestHelm,
  cwd: string,
  layers: readonly (string | ValueLayer)[],
  { run = runProcess, chart = '', keysOnly = false, memory = new Map(), release = {} }: OneOptions = {},
): Promise<RenderedOne> {
  const { files, roots } = await discover(['.'], { cwd })
  const [root] = roots
  if (root === undefined) throw new Error('nothing found')
  const { documents } = parseFiles(files, roots)
  const checkout = openCheckout({ root, files, documents, options: { allowRemoteBases: false, enableHelm: false } })
  const stats = { processes: 0, processMilliseconds: 0 }
  const temporary = mkdtempSync(join(tmpdir(), 'eso-vault-one-'))
  try {
    const { template } = helmRunner(checkout.tree, { binary: helm.binary, run, temporary }, memory, stats, NO_DEADLINE)
    const output = await renderRelease(
      checkout,
      {
        chart,
        name: placedText('rel'),
        namespace: placedText('spaced'),
        layers: layers.map((one) => (typeof one === 'string' ? { from: 'file', file: one } : one)),
        ...release,
      },
      { template, apiVersions: [], keysOnly },
    )
    return {
      ...output,
      processes: stats.processes,
      objects: output.objects.map((object) => ({
        ...object,
        told(path) {
          const value = at(object.node, ...path)
          const span = spanIn(object.node, path)
          const places = [span, ...object.relatedTo(span).map((one) => one.span)]
          return `${value === undefined ? 'nothing' : String(plainValue(value))} @ ${places.map(({ file, line }) => `${file}:${line}`).join(' < ')}`
        },
      })),
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

export function renderOne(
  helm: TestHelm,
  files: Readonly<Record<string, string>>,
  layers: readonly (string | ValueLayer)[] = [],
  options: OneOptions = {},
): Promise<RenderedOne> {
  return renderFolder(helm, tree(files), layers, options)
}
