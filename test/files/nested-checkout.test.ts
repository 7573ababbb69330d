import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { nestedCheckout, withinCheckout } from '../../src/files/nested-checkout.ts'

let workspace = ''
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'workspace-'))
})
afterEach(() => rmSync(workspace, { recursive: true, force: true }))

function checkout(folder: string, remote?: string): void {
  mkdirSync(join(workspace, folder, '.git'), { recursive: true })
  if (remote !== undefined)
    writeFileSync(join(workspace, folder, '.git/config'), `[remote "origin"]\n\turl = ${remote}\n`)
}

describe('the checkout that a run is about', () => {
  test('is the workspace, whatever lies in it', () => {
    checkout('.')
    checkout('vendored')
    expect(nestedCheckout(workspace, ['vendored/apps'], 'acme/gitops')).toBe('')
  })

  test('is the one that holds what is to be checked', () => {
    checkout('a/gitops')
    checkout('tools')
    expect(nestedCheckout(workspace, ['a/gitops/apps', './a/gitops/*.yaml'], undefined)).toBe('a/gitops')
    expect(nestedCheckout(workspace, ['a/gitops/apps', 'tools'], undefined)).toBe('')
    expect(nestedCheckout(workspace, ['**/apps'], undefined)).toBe('')
    expect(nestedCheckout(workspace, ['../elsewhere'], undefined)).toBe('')
  })

  test('without paths, the only one, or the one of this repository', () => {
    expect(nestedCheckout(workspace, [], 'acme/gitops')).toBe('')
    checkout('gitops', 'https://github.com/Acme/GitOps.git')
    expect(nestedCheckout(workspace, [], undefined)).toBe('gitops')
    checkout('policies', 'git@github.com:acme/policies.git')
    expect(nestedCheckout(workspace, [], 'acme/gitops')).toBe('gitops')
    expect(nestedCheckout(workspace, [], 'acme/policies')).toBe('policies')
    expect(nestedCheckout(workspace, [], 'acme/other')).toBe('')
    expect(nestedCheckout(workspace, [], 'e/policies')).toBe('')
  })
})

test.each([
  ['gitops', '.'],
  ['gitops/', '.'],
  ['./gitops/apps', 'apps'],
  ['gitops/apps/*.yaml', 'apps/*.yaml'],
  ['gitops-old/apps', 'gitops-old/apps'],
  ['.github/eso-vault.yml', '.github/eso-vault.yml'],
])('%s is %s in the checkout `gitops`', (path, expected) => {
  expect(withinCheckout(path, 'gitops')).toBe(expected)
})
