import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { familyOf, type Note, type NoteBody } from '../src/model/note.ts'
import { type NotCheckedReason, reasonKey } from '../src/model/reason.ts'
import { reasonGroup, reasonText } from '../src/report/reasons/not-checked.ts'
import { noteText } from '../src/report/reasons/note.ts'

const src = join(import.meta.dirname, '../src')

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesIn(path) : [path]
  })
}

/** Names under which a sentence, or another program's words, go through the code. */
const PROSE =
  '(?:because|reasons?|message|failsWith|notChecked|unsure|skipped|why|says?|said|sentence|fingerprint|stderr)'
const READS = [
  new RegExp(
    `\\b${PROSE}\\)?\\s*[?!]?\\.(?:startsWith|endsWith|includes|indexOf|lastIndexOf|match|matchAll|split|replace|replaceAll|slice|substring|search|test|exec)\\((?=.*['"\`/])`,
  ),
  new RegExp(`\\.(?:test|exec|match)\\([^()]*\\b${PROSE}\\b[^()]*\\)`),
  new RegExp(`\\b${PROSE}\\s*[!=]==\\s*(['"\`])[^'"\`]*\\s`),
]

/** Where a text is read because another program wrote it and gives no code; ours never are. */
const ALLOWED: readonly (readonly [file: string, reads: string, whose: string])[] = [
  ['changes/find-base.ts', "stderr.includes('dubious ownership')", 'git'],
  ['eso/template/read-templates.ts', '/^bad character U\\+002D/.test(message)', "Go's template parser, word for word"],
  ['eso/template/read-templates.ts', "message === 'unclosed action'", "Go's template parser, word for word"],
  ['eso/template/read-templates.ts', "message === 'unexpected EOF'", "Go's template parser, word for word"],
  ['eso/template/read-templates.ts', 'malformed character constant', "Go's template parser, word for word"],
  ['eso/template/read-templates.ts', 'got map\\[string\\]string/.test(message)', "Go's templates, word for word"],
  ['eso/template/read-templates.ts', "range can't iterate over", "Go's templates, word for word"],
  ['eso/template/read-templates.ts', 'is not a method but has arguments', "Go's templates, word for word"],
  ['eso/template/read-templates.ts', 'cannot index slice/array', "Go's templates, word for word"],
  ['files/yaml/parse-events.ts', "error.reason !== 'deficient indentation'", 'js-yaml'],
  ['files/yaml/parse-yaml.ts', "why.startsWith('nesting exceeded')", 'js-yaml'],
  ['gitops/build/build-root.ts', '/^panic: /m.test(first.stderr)', "Go's runtime, in kustomize"],
  ['gitops/build/build-root.ts', 'test(result.stderr)', "Go's runtime, in kustomize"],
  ['gitops/build/build-root.ts', "result.stderr.split('\\n')", 'kustomize'],
  ['gitops/build/complaint.ts', 'NO_YAML.exec(said)', 'kustomize'],
  ['gitops/build/complaint.ts', 'why.replace', 'kustomize'],
  ['gitops/build/complaint.ts', 'said.slice(0, MAX_LENGTH)', 'kustomize'],
  ['gitops/helm/render-release.ts', 'not defined|no template', "Go's templates, in helm"],
  ['gitops/helm/render-release.ts', 'execution error at', 'helm'],
  ['gitops/helm/render-release.ts', 'executing', "Go's templates, in helm"],
  ['gitops/helm/render-release.ts', 'failure.says.matchAll', 'helm: where in a template it failed'],
  ['gitops/helm/render-release.ts', 'failure.says.replace', 'helm: whether a chart asks for a value, and its name'],
  ['modes/watch.ts', "error.message.split('\\n')", 'a bug of ours; only its first line is shown'],
  ['setup/login-probe.ts', 'test(said)', 'Vault'],
]

describe('no code reads a sentence back (docs/architecture.md)', () => {
  const found = filesIn(src)
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const path = relative(src, file).replaceAll('\\', '/')
      return readFileSync(file, 'utf8')
        .split('\n')
        .map((line, index) => ({ at: `${path}:${index + 1}`, path, line: line.trim() }))
        .filter(({ line }) => !/^(?:\/\/|\*|\/\*)/.test(line) && READS.some((reads) => reads.test(line)))
    })
  const allows = (path: string, line: string) =>
    ALLOWED.filter(([file, reads]) => file === path && line.includes(reads))

  test('a text is only read where another program wrote it', () => {
    const wrong = found.filter(({ path, line }) => allows(path, line).length === 0)
    expect(wrong.map(({ at, line }) => `${at} ${line}`)).toEqual([])
  })

  test('every exception is still needed', () => {
    const idle = ALLOWED.filter(
      ([file, reads]) => !found.some(({ path, line }) => file === path && line.includes(reads)),
    )
    expect(idle).toEqual([])
  })

  test.each([
    "if (decision.because.startsWith('no rule'))",
    "const [title] = note.message.split(' is not rendered: ')",
    "if (failsWith?.includes('kv version v1')) return",
    '/^a patch/.test(reference.notChecked)',
    "notChecked?.startsWith('a patch')",
    "first.fingerprint.split('|')[2]",
    "why.replace('Vault was not asked: ', '')",
    "if (reason === 'its store is not in Git')",
  ])('is seen: %s', (line) => {
    expect(READS.some((reads) => reads.test(line))).toBe(true)
  })

  test.each([
    "if (reference.notChecked?.code === 'patched')",
    "if (reason === 'trailing-slash')",
    "reasons.push('a rewrite decides')",
    'const because = whyNoPolicies(store, role)',
  ])('is fine: %s', (line) => {
    expect(READS.some((reads) => reads.test(line))).toBe(false)
  })
})

/** The codes of a union in the model, as it is written there. */
function codesOf(file: string, of: (type: string) => boolean): string[] {
  const text = readFileSync(join(src, 'model', file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
  const types = text.split(/^(?:export )?(?=(?:type|interface) )/m).filter((one) => of(one.split(/\W+/)[1] ?? ''))
  const lists = types.flatMap((one) => [...one.matchAll(/readonly code:((?:\s*\|?\s*'[^']+')+)/g)])
  return [...new Set(lists.flatMap(([, list = '']) => [...list.matchAll(/'([^']+)'/g)].map((match) => match[1] ?? '')))]
}

describe.each([
  [
    'Not checked',
    [
      ...codesOf('reason.ts', (type) => type !== 'OfflineReason'),
      ...codesOf('law-reason.ts', (type) => type === 'RunReason' || type === 'TimeOver'),
    ],
  ],
  ['The law', codesOf('law-reason.ts', (type) => type === 'LawReason')],
  ['ESO fails', codesOf('eso-failure.ts', () => true)],
  ['Left out', codesOf('note.ts', () => true)],
])('codes: %s', (heading, codes) => {
  const page = readFileSync(join(src, '../docs/reasons.md'), 'utf8')
  const section = page.split(/^## /m).find((one) => one.startsWith(`${heading}\n`)) ?? ''
  const told = [...section.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] ?? '')
  const makers = filesIn(src).filter((file) => !file.includes('report/reasons'))

  test('each has its line in docs/reasons.md, once', () => {
    expect(codes.length).toBeGreaterThan(8)
    expect([...told].sort()).toEqual([...codes].sort())
  })

  test('each is given somewhere', () => {
    const texts = makers.map((file) => readFileSync(file, 'utf8').replace(/readonly code:(?:\s*\|?\s*'[^']+')+/g, ''))
    expect(codes.filter((code) => !texts.some((text) => text.includes(`'${code}'`)))).toEqual([])
  })
})

const place = { file: 'a/store.yaml', line: 3, column: 1, endLine: 3, endColumn: 9 }
const other = { ...place, file: 'b/store.yaml', line: 7 }

describe('the sentences of reasons', () => {
  test.each<[NotCheckedReason, string]>([
    [
      { code: 'placeholder', in: 'key', holes: ['CHANGE_ME'] },
      'the key holds CHANGE_ME, a placeholder that nothing in Git fills in',
    ],
    [{ code: 'patched', place }, 'a patch (a/store.yaml:3) may change it, and could not be applied here'],
    [
      { code: 'patched', place, of: { kind: 'SecretStore', name: 'vault' } },
      'of its SecretStore vault: a patch (a/store.yaml:3) may change it, and could not be applied here',
    ],
    [
      { code: 'stores-log-in-differently', places: [place, other] },
      'Git holds 2 stores of that name that log in differently, and does not tell which one this is: a/store.yaml:3 and b/store.yaml:7',
    ],
    [
      { code: 'store-unknown', what: 'store', because: { code: 'store-kind-unknown', kind: 'Store' } },
      'its store is not known: "Store" is no kind of store',
    ],
    [
      { code: 'role-conflict', role: 'eso', authMount: 'kubernetes', count: 2, places: [place, other] },
      'role `eso` is declared 2 times, with different content: a/store.yaml:3 and b/store.yaml:7',
    ],
    [
      { code: 'role-id-unknown', authMount: 'approle', store: 'vault' },
      'which role of auth mount `approle` has the role id is told neither by Git nor by a server',
    ],
    [
      { code: 'policy-text-unknown', policies: ['a', 'b'], open: [], because: { code: 'help-is-free' } },
      'help is allowed to every token. The text of policies `a`, `b` is not known, and may allow it',
    ],
    [
      {
        code: 'policy-text-unknown',
        policies: [],
        open: [
          { of: 'role', name: 'eso', part: '$EXTRA', place },
          { of: 'policy', name: 'a', part: 'a loop', place: undefined },
        ],
        because: { code: 'help-is-free' },
      },
      'help is allowed to every token. Tokens of role `eso` (in a/store.yaml:3) may have more policies, from `$EXTRA`, and these may allow it. More rules of policy `a` may come from a loop, and may allow it',
    ],
    [
      {
        code: 'versions-agree',
        declared: [{ of: 'role', name: 'eso', places: [place, other] }],
        because: { code: 'root-allows' },
      },
      `${reasonText({ code: 'root-allows' })} (role \`eso\` is declared in a/store.yaml:3 and in b/store.yaml:7, and each says so)`,
    ],
    [
      {
        code: 'versions-differ',
        declared: [{ of: 'policy', name: 'a', places: [place, other] }],
        one: { code: 'help-is-free' },
        other: { code: 'server-hides', says: 'GET x answered 403.' },
      },
      'policy `a` is declared in a/store.yaml:3 and in b/store.yaml:7, and they differ: one way, help is allowed to every token; the other way, GET x answered 403',
    ],
    [
      { code: 'user-not-in-git', username: 'ci', authMount: 'userpass' },
      'user `ci` of auth mount `userpass` is not in Git, and Vault was not asked',
    ],
    [{ code: 'not-in-snapshot', says: 'kv/a/b is not in the snapshot.' }, 'kv/a/b is not in the snapshot'],
    [{ code: 'server-hides', says: 'GET x answered 403. Grant read on x.' }, 'GET x answered 403. Grant read on x'],
    [
      { code: 'needs-remote', says: 'names a remote address (https://x)' },
      'the kustomization names a remote address (https://x). Allow it with allow-remote-bases, or give the rendered manifests with "rendered"',
    ],
    [
      { code: 'needs-remote', says: 'names a remote address (https://x)', part: true },
      'nothing is fetched over the network. Allow it with allow-remote-bases, or give the rendered manifests with "rendered"',
    ],
    [
      { code: 'file-absent', says: 'names x, which is not there', file: 'b.yaml' },
      'b.yaml names x, which is not there',
    ],
  ])('%j', (reason, text) => {
    expect(reasonText(reason)).toBe(text)
  })

  test.each<[Note, string, string]>([
    [
      {
        code: 'root-not-rendered',
        file: 'k.yaml',
        titles: ['Flux Kustomization a', 'Flux Kustomization b', 'Flux Kustomization c'],
        why: { code: 'file-absent', says: 'names x, which is not there' },
      },
      'Flux Kustomization a and 2 other roots are not rendered: k.yaml names x, which is not there.',
      'render-failed',
    ],
    [
      {
        code: 'part-not-rendered',
        file: 'k.yaml',
        others: 1,
        why: { code: 'needs-remote', says: 'names a remote address (https://x)', part: true },
      },
      'A part of k.yaml, which names a remote address (https://x), is not checked: nothing is fetched over the network. Allow it with allow-remote-bases, or give the rendered manifests with "rendered". 1 other kustomization names it too.',
      'needs-kustomize',
    ],
    [
      { code: 'rendered-without', file: 'k.yaml', why: { code: 'file-absent', says: 'names x, which is not there' } },
      'k.yaml names x, which is not there; kustomize would refuse it. It was rendered without.',
      'render-failed',
    ],
    [
      { code: 'documents-too-many', file: '.', count: 1, documents: 9 },
      '1 file was not read: together the files hold more than 9 documents. Give narrower paths.',
      'too-large',
    ],
  ])('%j', (note, text, family) => {
    expect([noteText(note), familyOf(note)]).toEqual([text, family])
  })

  test('a family that the JSON report always had stands for every code of files, YAML and rendering', () => {
    const codes: NoteBody[] = [
      { code: 'symlink-dead' },
      { code: 'files-too-large', count: 1, mib: 1 },
      { code: 'yaml-template-keys', says: 'x' },
      { code: 'yaml-unusable', says: 'x', column: 1 },
      { code: 'folder-unreadable', errno: 'EACCES' },
      { code: 'foreign-source', title: 'x' },
    ]
    expect(codes.map(familyOf)).toEqual([
      'symlink',
      'too-large',
      'template-not-rendered',
      'yaml-unparseable',
      'unreadable',
      'flux-path-absent',
    ])
  })
})

describe('what makes two reasons one', () => {
  const patched: NotCheckedReason = { code: 'patched', place }

  test('a reason is known again after its lines moved or another program changed its words, not in another file', () => {
    expect(reasonKey({ code: 'patched', place: { ...place, line: 90, endLine: 90 } })).toBe(reasonKey(patched))
    expect(reasonKey({ code: 'patched', place: other })).not.toBe(reasonKey(patched))
    const failed = (says: string): NotCheckedReason => ({ code: 'kustomize-fails', says })
    expect(reasonKey(failed('x.yaml:3'))).toBe(reasonKey(failed('x.yaml:4')))
  })

  test('parts that are left out for one kind of obstacle are counted together', () => {
    const part = (says: string): NotCheckedReason => ({ code: 'needs-remote', says, part: true })
    expect(reasonGroup(part('names a'))).toBe(reasonGroup(part('names b')))
    expect(reasonGroup({ code: 'needs-remote', says: 'names a' })).not.toBe(
      reasonGroup({ code: 'needs-remote', says: 'names b' }),
    )
  })
})
