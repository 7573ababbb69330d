import { isMap, mapAt, textAt, valueAt } from '../eso/field-value.ts'
import { templateMetadata } from '../eso/template/template-fields.ts'
import type { Manifest } from '../model/manifest.ts'
import type { Value } from '../model/value.ts'
import type { Consumption } from './consumption.ts'
import type { SecretMaker } from './makers.ts'

/**
 * What it takes until a user of a Secret has its new content (consumers.md §1.1). `restart`: it keeps the old one until its Pods start
 * anew. `reloader`: an annotation makes Reloader do that. `next-run`: the next Job has it. `files`: the kubelet changes the files, and
 * the program must read them again. `release`: Flux upgrades or applies anew. `pull`: the next pull has it. `controller`: whatever its
 * controller does.
 */
export type Restart = 'restart' | 'reloader' | 'next-run' | 'files' | 'release' | 'pull' | 'controller'

export function restartOf(one: Consumption, maker: SecretMaker): Restart {
  const { by, place } = one
  switch (place) {
    case 'values-from':
    case 'substitute-from':
      return 'release'
    case 'pull-secret':
      return 'pull'
    case 'env':
    case 'env-from':
    case 'sub-path':
      if (by.kind === 'Job' || by.kind === 'CronJob') return 'next-run'
      return isReloaded(one, maker) ? 'reloader' : 'restart'
    case 'volume':
      if (by.kind === 'Job' || by.kind === 'CronJob') return 'next-run'
      return isReloaded(one, maker) ? 'reloader' : 'files'
    default:
      return 'controller'
  }
}

/** Annotations by which Reloader restarts a workload when the Secret changes; in values of a chart they may stand anywhere. */
function isReloaded({ by, name, inValues }: Consumption, maker: SecretMaker): boolean {
  const found = inValues
    ? annotationsIn(valuesOf(by))
    : [mapAt(by.body, 'metadata', 'annotations'), mapAt(by.body, 'spec', 'template', 'metadata', 'annotations')]
  return found.some((annotations) => {
    const is = (key: string) => textAt(annotations, key) === 'true'
    if (is('reloader.stakater.com/auto') || is('secret.reloader.stakater.com/auto')) return true
    const listed = (textAt(annotations, 'secret.reloader.stakater.com/reload') ?? '').split(',')
    if (listed.some((one) => one.trim() === name)) return true
    return is('reloader.stakater.com/search') && isMatched(maker.by)
  })
}

/** With `search` Reloader looks at Secrets that say `match`. */
function isMatched(by: Manifest): boolean {
  return textAt(templateMetadata(by), 'annotations', 'reloader.stakater.com/match') === 'true'
}

function valuesOf({ kind, body }: Manifest): Value | undefined {
  return kind === 'HelmRelease' ? valueAt(body, ['spec', 'values']) : mapAt(body, 'spec')
}

function annotationsIn(value: Value | undefined): Value[] {
  if (Array.isArray(value)) return (value as readonly Value[]).flatMap(annotationsIn)
  if (!isMap(value)) return []
  const own = Object.keys(value).some((key) => key.includes('reloader.stakater.com/')) ? [value] : []
  return [...own, ...Object.values(value).flatMap(annotationsIn)]
}
