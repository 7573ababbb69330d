import { describe, expect, test } from 'vitest'
import { parseYaml } from '../../../src/files/yaml/parse-yaml.ts'
import { readDeclared } from '../../../src/state/declared/read-declared.ts'
import { terraformObjects } from '../../../src/state/declared/terraform/terraform-objects.ts'
import { cpuTime } from '../../cpu-time.ts'

const YAML = { parse: (file: string, text: string) => parseYaml({ file, text }).documents }
const W = 'vault policy write a b\n'

/** Texts of `n` times something that a reader could take long for, or go deep into. */
const SHAPES: Readonly<Record<string, (n: number) => Readonly<Record<string, string>>>> = {
  'sh $(': (n) => ({ 'a.sh': `vault policy write a - <<E\n${'$('.repeat(n)}\nE\n` }),
  'sh $()nested closed': (n) => ({ 'a.sh': W + '$(a '.repeat(n) + ')'.repeat(n) }),
  'sh "$(': (n) => ({ 'a.sh': W + '"$('.repeat(n) }),
  'sh ${': (n) => ({ 'a.sh': W + '${'.repeat(n) }),
  'sh ${a:-': (n) => ({ 'a.sh': W + '${a:-'.repeat(n) + '}'.repeat(n) }),
  'sh $((': (n) => ({ 'a.sh': W + '$(('.repeat(n) }),
  'sh ((': (n) => ({ 'a.sh': W + '(( '.repeat(n) }),
  'sh `': (n) => ({ 'a.sh': `${W + '\\`'.repeat(n)}\`` }),
  'sh {{': (n) => ({ 'a.sh': W + '{{ '.repeat(n) }),
  'sh <x': (n) => ({ 'a.sh': W + '<x '.repeat(n) }),
  'sh heredocs': (n) => ({ 'a.sh': `${W + 'cat <<A '.repeat(n)}\n${'x\n'.repeat(n)}` }),
  'sh groups': (n) => ({ 'a.sh': `${W + '{ '.repeat(n)}x${'; }'.repeat(n)}` }),
  'sh subshells': (n) => ({ 'a.sh': `${W + '( '.repeat(n)}x${')'.repeat(n)}` }),
  'sh ifs': (n) => ({ 'a.sh': W + 'if x; then\n'.repeat(n) + 'fi\n'.repeat(n) }),
  'sh fors': (n) => ({ 'a.sh': W + 'for a in 1 2; do\n'.repeat(n) + W + 'done\n'.repeat(n) }),
  'sh flat fors': (n) => ({ 'a.sh': 'for a in 1 2 3; do vault policy write $a b; done\n'.repeat(n) }),
  'sh functions': (n) => ({
    'a.sh':
      Array.from({ length: n }, (_, i) => `f${i}() { f${i + 1} "$@"; f${i + 1} "$@"; }`).join('\n') +
      `\nf${n}() { vault "$@"; }\nf0 policy write a b\n`,
  }),
  'sh calls': (n) => ({ 'a.sh': `v() { vault "$@"; }\n${'v policy write a b\n'.repeat(n)}` }),
  'sh chain': (n) => ({
    'a.sh': `${Array.from({ length: n }, (_, i) => `A${i}=$A${i + 1}x`).join('\n')}\nvault policy write $A0 b\n`,
  }),
  'sh printed chain': (n) => ({
    'a.sh':
      Array.from({ length: n }, (_, i) => `A${i}=$(echo $A${i + 1}$A${i + 1})`).join('\n') +
      `\nA${n}=x\nvault policy write $A0 b\n`,
  }),
  'sh writes': (n) => ({
    'a.sh': Array.from({ length: n }, (_, i) => `vault policy write a${i} - <<E\npath "kv/$X${i}/*" {}\nE`).join('\n'),
  }),
  'sh append': (n) => ({ 'a.sh': `${'cat >> p.hcl <<E\npath "a" {}\nE\n'.repeat(n)}vault policy write a p.hcl\n` }),
  'sh cp': (n) => ({ 'a.sh': `${'cp a b\ncp b a\n'.repeat(n)}vault policy write a a\n` }),
  'sh lines': (n) => ({ 'a.sh': `while read a b; do vault policy write $a $b; done <<T\n${'x y\n'.repeat(n)}T\n` }),
  'sh eval': (n) => ({ 'a.sh': W + 'eval "'.repeat(n) }),
  'sh placeholders': (n) => ({ 'a.sh': `vault write auth/kubernetes/role/x policies=${'<a>'.repeat(n)}\n` }),
  'policy holes': (n) => ({ 'a.sh': `vault policy write a - <<E\n${'path "${x}/<a>" {}\n'.repeat(n)}E\n` }),
  'policy hcl ${': (n) => ({ 'a.hcl': `path "a" {}\n${'${'.repeat(n)}` }),
  'policy hcl {%': (n) => ({ 'a.hcl': `path "a" {}\n${'{% '.repeat(n)}` }),
  'policy hcl {{': (n) => ({ 'a.hcl': `path "a" {}\n${'{{ '.repeat(n)}` }),
  'policy hcl <a': (n) => ({ 'a.hcl': `path "${'<a '.repeat(n)}" {}\n` }),
  'md fences': (n) => ({ 'a.md': W + '```sh\n'.repeat(n) }),
  'md fences x': (n) => ({ 'a.md': Array.from({ length: n }, () => '```sh\nvault policy write a b\n```').join('\n') }),
  'md hcl': (n) => ({
    'a.md': Array.from(
      { length: n },
      () => '```hcl\npath "a" {}\n```\n```sh\nvault policy write a - <<E\npath "b" {}\nE\n```',
    ).join('\n'),
  }),
  'md name': (n) => ({ 'a.md': `${W + 'a.'.repeat(n)}\n\`\`\`\nx\n\`\`\`\n` }),
  'md indented': (n) => ({ 'a.md': W + '    vault write auth/a/role/b policies=x\n'.repeat(n) }),
  'md indented heredoc': (n) => ({ 'a.md': W + '    vault policy write a - <<E\n'.repeat(n) }),
  'md inline': (n) => ({ 'a.md': `${'`vault write auth/a/role/b policies=x` '.repeat(20)}\n`.repeat(n / 20) }),
  comment: (n) => ({ 'a.yaml': '# vault policy write a b\n'.repeat(n) }),
  'comment apart': (n) => ({ 'a.yaml': '# vault policy write a b\n\na: b\n\n'.repeat(n) }),
  'comment /*': (n) => ({ 'a.tf': '/* vault policy write a b\n'.repeat(n) }),
  'yaml strings': (n) => ({ 'a.yaml': `a:\n${'  - vault policy write a b\n'.repeat(n)}` }),
  'yaml steps': (n) => ({ 'a.yaml': `script:\n${'  - X=1; vault policy write $X b\n'.repeat(n)}` }),
  'yaml nested': (n) => ({
    'a.yaml': `x: vault policy write a b\na: ${'{a: '.repeat(Math.min(n, 2000))}1${'}'.repeat(Math.min(n, 2000))}\n`,
  }),
  'yaml rules': (n) => ({
    'a.yaml': `p:\n  - name: a\n    rules:\n${'      - {path: "a/{{ b }}", capabilities: [read]}\n'.repeat(n)}`,
  }),
  'yaml jinja': (n) => ({ 'group_vars/a.yaml': `p: "vault policy write a b ${'{{ a '.repeat(n)}"\n` }),
  'make $(': (n) => ({ Makefile: `a:\n\tvault policy write a b ${'$(A '.repeat(n)}\n` }),
  'make lines': (n) => ({ Makefile: `a:\n${'\tvault policy write a b\n'.repeat(n)}` }),
  just: (n) => ({ justfile: `a:\n${'    vault policy write a b\n'.repeat(n)}` }),
  'tf [': (n) => ({ 'a.tf': `# "vault_\nlocals { a = ${'['.repeat(n)} }` }),
  'tf []': (n) => ({ 'a.tf': `# "vault_\nlocals { a = ${'['.repeat(n)}${']'.repeat(n)} }` }),
  'tf (': (n) => ({ 'a.tf': `# "vault_\nlocals { a = ${'('.repeat(n)}${')'.repeat(n)} }` }),
  'tf {': (n) => ({ 'a.tf': `# "vault_\nlocals { a = ${'{ a = '.repeat(n)}${'}'.repeat(n)} }` }),
  'tf "${': (n) => ({ 'a.tf': `# "vault_\nlocals { a = ${'"${'.repeat(n)} }` }),
  'tf "${ closed': (n) => ({ 'a.tf': `# "vault_\nlocals { a = ${'"${'.repeat(n)}b${'}"'.repeat(n)} }` }),
  'tf %{': (n) => ({ 'a.tf': `# "vault_\nlocals { a = <<E\n${'%{ for a in b }'.repeat(n)}\nE\n }` }),
  'tf %{ if': (n) => ({
    'a.tf':
      'resource "vault_policy" "p" {\n name = "a"\n policy = <<E\n' +
      '%{ if true }'.repeat(n) +
      'x' +
      '%{ endif }'.repeat(n) +
      '\nE\n }',
  }),
  'tf blocks': (n) => ({ 'a.tf': `# "vault_\n${'a {\n'.repeat(n)}` }),
  'tf ?:': (n) => ({
    'a.tf': `resource "vault_policy" "p" {\n name = "a"\n policy = ${'a ? b : '.repeat(n)}c\n}`,
  }),
  'tf &&': (n) => ({ 'a.tf': `resource "vault_policy" "p" {\n name = "a"\n policy = ${'a && '.repeat(n)}c\n}` }),
  'tf !': (n) => ({ 'a.tf': `resource "vault_policy" "p" {\n name = "a"\n policy = ${'!'.repeat(n)}c\n}` }),
  'tf locals': (n) => ({
    'a.tf':
      'locals {\n l0 = "ab"\n' +
      Array.from({ length: n }, (_, i) => ` l${i + 1} = "\${local.l${i}}\${local.l${i}}"`).join('\n') +
      `\n}\nresource "vault_policy" "x" {\n name = local.l${n}\n policy = ""\n}\n`,
  }),
  'tf heredocs': (n) => ({ 'a.tf': `# "vault_\nlocals { ${'a = <<E\n'.repeat(n)} }` }),
  'tf for_each': (n) => ({
    'a.tf':
      `locals { a = [${'"x",'.repeat(Math.min(n, 900))}] }\n` +
      Array.from(
        { length: Math.ceil(n / 50) },
        (_, i) =>
          `resource "vault_policy" "p${i}" {\n for_each = toset([for x in local.a : "\${x}-\${join("", local.a)}"])\n name = each.key\n policy = ""\n}`,
      ).join('\n'),
  }),
  'tf modules': (n) => ({
    ...Object.fromEntries(
      Array.from({ length: 8 }, (_, i) => [
        `m${i}/a.tf`,
        `${Array.from(
          { length: 6 },
          (_, j) => `module "x${j}" {\n source = "../m${i + 1}"\n for_each = toset(["a","b"])\n}`,
        ).join('\n')}\nresource "vault_mount" "k" {\n path = "a"\n type = "kv"\n}\n`,
      ]),
    ),
    'b.tf': '#'.repeat(n),
  }),
  'tf resources': (n) => ({
    'a.tf': Array.from(
      { length: n },
      (_, i) =>
        `resource "vault_policy" "p${i}" {\n name = "p${i}"\n policy = "path \\"\${vault_policy.p${i ? i - 1 : 0}.name}\\" {}"\n}`,
    ).join('\n'),
  }),
  'tf objects': (n) => ({
    'a.tf': Array.from(
      { length: n },
      (_, i) =>
        `resource "kubectl_manifest" "p${i}" {\n yaml_body = <<Y\napiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: "a\${var.x}"}\nY\n}`,
    ).join('\n'),
  }),
}

/** As many of a shape as a file of some ten kilobytes holds; what grows with its square takes minutes for it. */
const MANY = 6_000

describe('reading takes time by what there is to read', () => {
  test.each(Object.entries(SHAPES))('%s', (_, make) => {
    const files = Object.entries({ ...make(MANY), 'good.hcl': 'path "kv/data/a" {}\n' }).map(([relative, text]) => ({
      file: relative,
      root: '/repo',
      relative,
      text,
    }))
    const time = cpuTime()
    const { state, notes } = readDeclared(files, YAML)
    terraformObjects(files, YAML)
    expect(time()).toBeLessThan(5_000)
    // Nothing is given up but what has no end.
    expect(state.policies.map(({ name }) => name)).toContain('good')
    expect(notes.filter(({ code }) => code === 'declared-too-deep')).toEqual([])
  })
})
