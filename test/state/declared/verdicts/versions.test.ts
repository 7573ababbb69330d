import { describe, expect, test } from 'vitest'
import { ALLOWS, DENIES, ROLE, verdictOf } from './verdict.ts'

const NARROW = 'path "kv/data/shop/db" { capabilities = ["read"] }'
const write = (rule: string) => `vault policy write shop-read - <<E\n${rule}\nE\n`
const branches = (a: string, b: string) =>
  `if [ "$ENV" = dev ]; then\n${write(a)}else\n${write(b)}fi\nvault write ${ROLE}\n`

describe('several versions of one name (forms.md §2)', () => {
  test('all allow', async () => {
    const { verdict, because } = await verdictOf({ 'setup.sh': branches(ALLOWS, NARROW) })
    expect(verdict).toBe('allowed')
    expect(because).toContain('declared in setup.sh:3 and in setup.sh:7, and each says so')
  })

  test('all deny', async () => {
    const { findings } = await verdictOf({ 'setup.sh': branches(DENIES, 'path "kv/data/other" {}') })
    expect(findings).toEqual(['error policy-denies web.yaml:8'])
  })

  test('they differ', async () => {
    const { verdict, because } = await verdictOf({ 'setup.sh': branches(ALLOWS, DENIES) })
    expect(verdict).toBe('unknown')
    expect(because).toContain('setup.sh:3 and in setup.sh:7, and they differ')
  })

  test('two versions of the role', async () => {
    const roles = (more: string) =>
      `${write(ALLOWS)}vault policy write more - <<E\n${more}\nE\nif x; then\nvault write ${ROLE}\nelse\nvault write ${ROLE.replace('shop-read', 'more')}\nfi\n`
    expect((await verdictOf({ 'setup.sh': roles(NARROW) })).verdict).toBe('allowed')
    expect((await verdictOf({ 'setup.sh': roles(DENIES) })).verdict).toBe('unknown')
  })
})
