import { type Prediction, type PredictOptions, predict } from '../../src/eso/predict.ts'
import type { Access, Reference } from '../../src/model/reference.ts'
import { type From, fromYaml, holesOf } from './manifests-from-yaml.ts'

/** Predicts from YAML text. */
export function predicted(text: string, options: Partial<PredictOptions> = {}, from: From = {}): Prediction {
  return predict(fromYaml(text, from), { holesOf, ...options })
}

/** `read kv/data/a`, with `?query` and, for pattern paths, `**` at the end. */
export function line({ capability, path, http, below }: Access): string {
  const query = http.query === undefined || http.query === 'list=true' ? '' : `?${http.query}`
  return `${capability} ${path}${below ? '**' : ''}${query}`
}

/** All accesses of a reference, one line each, in order. */
export function lines(reference: Reference | undefined): readonly string[] {
  return (reference?.accesses ?? []).map(line)
}
