import { describe, expect, test } from 'vitest'
import { ALLOWS, DENIES, ROLE, verdictOf } from './verdict.ts'

const role = (policies: string) => ROLE.replace('shop-read', policies)

/** Each writes the role; the policy is a file beside it. */
const FILES: readonly (readonly [string, string, string])[] = [
  ['a Makefile', 'Makefile', `setup:\n\t@vault policy write shop-read shop-read.hcl\n\t-vault write ${ROLE}\n`],
  [
    'variables of make',
    'Makefile',
    `POLICY ?= shop-read\nMOUNT := kubernetes\n\nsetup: x\n\tvault write ${role('$(POLICY)').replace('kubernetes', '${MOUNT}')}\n`,
  ],
  [
    'lines that go on, and variables of the shell',
    'deploy/vault.mk',
    `setup:\n\tP=shop-read; \\\n\tvault write \\\n\t  ${role('$$P').replaceAll(' ', ' \\\n\t  ')}\n`,
  ],
  ['the target', 'Makefile', `shop-read:\n\tvault write ${role('$@')}\n`],
  ['one shell', 'Makefile', `.ONESHELL:\nsetup:\n\tP=shop-read\n\tvault write ${role('$$P')}\n`],
  ['a justfile', 'justfile', `policy := "shop-read"\n\nsetup:\n    @vault write ${role('{{policy}}')}\n`],
  [
    'a default of just',
    'Justfile',
    `policy := env_var_or_default("POLICY", "shop-read")\nsetup mount="kubernetes":\n    vault write ${role('{{ policy }}').replace('kubernetes', '{{mount}}')}\n`,
  ],
  [
    'a script of just',
    'tools/vault.just',
    `setup:\n    #!/usr/bin/env bash\n    P=shop-read\n    vault write ${role('$P')}\n`,
  ],
  ['PowerShell', 'setup.ps1', `vault write ${ROLE.replace(' ', ' `\n  ')}\n`],
  ['PowerShell in Markdown', 'README.md', `\`\`\`powershell\nvault write ${ROLE.replace(' ', ' `\n  ')}\n\`\`\`\n`],
]

describe('recipes (forms.md §4)', () => {
  test.each(FILES)('%s', async (_, file, text) => {
    const allowed = await verdictOf({ [file]: text, 'shop-read.hcl': ALLOWS })
    expect([allowed.verdict, allowed.findings]).toEqual(['allowed', []])
    const denied = await verdictOf({ [file]: text, 'shop-read.hcl': DENIES })
    expect(denied.findings).toEqual(['error policy-denies web.yaml:8'])
  })

  test('places are those of the file', async () => {
    const text = `POLICY := other\nsetup:\n\techo hi; vault write ${role('$(POLICY)')}\n`
    const { messages } = await verdictOf({ Makefile: text, 'shop-read.hcl': ALLOWS })
    expect(messages.join()).not.toContain('undefined')
    const { because } = await verdictOf({ Makefile: text.replace('other', 'shop-read'), 'shop-read.hcl': DENIES })
    expect(because).toContain('shop-read.hcl:1')
  })

  test('lines of a recipe share no variables', async () => {
    const text = `setup:\n\tP=shop-read\n\tvault write ${role('$$P')}\n`
    expect((await verdictOf({ Makefile: text, 'shop-read.hcl': DENIES })).verdict).toBe('unknown')
  })
})
