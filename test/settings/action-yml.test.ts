import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { INPUTS, isInputName, OTHER_NAMES, OUTPUTS } from '../../src/settings/input-table.ts'

interface ActionYml {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>
  readonly outputs: Readonly<Record<string, { readonly description: string }>>
  readonly runs: unknown
}

const action = load(readFileSync(new URL('../../action.yml', import.meta.url), 'utf8')) as ActionYml

describe('action.yml and the code', () => {
  it('know the same inputs, in the same words and order', () => {
    expect(Object.entries(action.inputs).map(([name, { description }]) => [name, description])).toEqual(
      INPUTS.map(({ name, description }) => [name, description]),
    )
  })

  it('know the same outputs', () => {
    expect(Object.entries(action.outputs).map(([name, { description }]) => [name, description])).toEqual(
      Object.entries(OUTPUTS),
    )
  })

  it('leave defaults to the code, but for the job token that only an expression can give (design §4)', () => {
    const defaults = Object.entries(action.inputs).filter(([, input]) => input.default !== undefined)
    expect(defaults.map(([name, input]) => [name, input.default])).toEqual([['github-token', '${{ github.token }}']])
  })

  it('run on node24 with a post step (platform.md §1.1)', () => {
    expect(action.runs).toEqual({ using: 'node24', main: 'dist/main.js', post: 'dist/post.js' })
  })

  it('has all inputs and outputs of design §4', () => {
    const inputs =
      'mode paths rendered config variables vault-addr vault-namespace ca-certificate vault-snapshot snapshot-max-age vault-token auth-method auth-mount auth-role report-scope fail-on on-incomplete on-unchecked comment issue sarif-file report-file plan-file plan-digest target github-token'
    const outputs =
      'outcome error-count warning-count references checked-references broken-references not-checked-references not-checked-count report-file sarif-file has-changes plan-file plan-digest snapshot-file issue-number'
    expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(inputs.split(' ')))
    expect(Object.keys(action.outputs)).toEqual(outputs.split(' '))
  })

  it('kebab-case only, and other actions’ names lead to ours without being ours', () => {
    for (const { name } of INPUTS) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/)
    for (const [other, ours] of Object.entries(OTHER_NAMES)) {
      expect(isInputName(other), other).toBe(false)
      expect(isInputName(ours), ours).toBe(true)
    }
  })
})
