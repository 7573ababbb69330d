import { describe, expect, test } from 'vitest'
import { complaint } from '../../../src/gitops/build/complaint.ts'
import type { Checkout } from '../../../src/gitops/checkout.ts'
import type { Closure } from '../../../src/gitops/look-through/closure.ts'

const text = 'a: b\n<NAME>\nc: d\n'
const checkout = { tree: { size: () => text.length, read: () => text } } as unknown as Checkout
const closure = { files: new Set(['base/ingress.yaml']) } as unknown as Closure
const SAID =
  "accumulating resources: accumulating resources from 'ingress.yaml': MalformedYAMLError: yaml: line 2: could not find expected ':' in File: ingress.yaml"

describe('what kustomize complains of', () => {
  test.each([
    ['kustomize', `Error: ${SAID}\n`],
    ['an older kubectl, which logs it', `E1128 03:40:51.478709   10374 run.go:72] "command failed" err="${SAID}"\n`],
    ['a kubectl that says it plainly', `error: ${SAID}`],
  ])('is the same whoever says it: %s', (_, said) => {
    expect(complaint(said, checkout, closure)).toBe(
      "ingress.yaml is no YAML (line 2: could not find expected ':'); it holds <NAME>, which something fills in before it is applied",
    )
  })

  test('quotes in what a kubectl logs are quotes again', () => {
    expect(complaint('E1128 03:40:51.4   1 run.go:72] "command failed" err="no \\"a\\" here"', checkout, closure)).toBe(
      'no "a" here',
    )
  })
})
