import { describe, expect, test } from 'vitest'
import { cpuTime } from '../../cpu-time.ts'
import { declare } from './declare.ts'

/** Text of strangers: reading it must end, soon, and lose nothing of the rest. */
describe('hostile text', () => {
  const good = { 'eso.hcl': 'path "kv/data/a" {}\n' }
  const many = (text: string, times = 20_000) => text.repeat(times)
  test.each([
    ['unclosed substitutions', { 'a.sh': `vault policy write a - <<E\n${many('$(', 5000)}` }],
    ['unclosed quotes in substitutions', { 'a.sh': `vault policy write a b\n${many('"$(', 2000)}` }],
    ['unclosed braces', { 'a.sh': `vault policy write a b\n${many('${')}` }],
    ['unclosed template marks', { 'a.yaml': `a: |\n  vault policy write a - <<E\n  ${many('{{')}` }],
    ['one long line of write', { 'a.yaml': `a: ${many('write ', 100_000)}` }],
    [
      'variables that grow',
      {
        'a.sh': `${Array.from({ length: 12 }, (_, n) => `A${n}=${`$A${n + 1}`.repeat(10)}`).join('\n')}\nA12=x\nvault policy write a - <<E\n$A0\nE\n`,
      },
    ],
    [
      'locals that grow',
      {
        'a.tf': `locals {\n${Array.from({ length: 30 }, (_, n) => `a${n} = "${`\${local.a${n + 1}}`.repeat(10)}"`).join('\n')}\na30 = "x"\n}\nresource "vault_policy" "p" {\n  name = local.a0\n  policy = local.a0\n}\n`,
      },
    ],
    [
      'loops in loops',
      { 'a.sh': `${many('for a in 1 2 3 4 5 6 7 8 9; do ', 12)} vault policy write a b; ${many('done;', 12)}` },
    ],
    ['nested lists', { 'a.tf': `# "vault_\nlocals { a = ${many('[')} }\n` }],
    ['nested blocks', { 'a.tf': `# "vault_\n${many('a {')}\n` }],
    ['unclosed comments', { 'b.hcl': many('/* path "a" {') }],
    ['backticks', { 'a.md': `vault secrets enable ${many('` ')}\n` }],
    ['dashes', { 'a.yaml': `{{ x }}: {{ y\nvault policy write a b\n${many('- ')}|x\n` }],
  ])('%s', (_, files) => {
    const started = cpuTime()
    const { state } = declare({ ...good, ...files } as Record<string, string>)
    expect(state.policies.map((policy) => policy.name)).toContain('eso')
    expect(started()).toBeLessThan(10_000)
  })
})
