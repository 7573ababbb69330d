import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SARIF_RULES } from '../../src/rules/rule-ids.ts'
import { bundle } from './bundle.ts'
import { annotationsIn, createRunner, PULL_REQUEST } from './run-program.ts'

const BACKSTAGE = 'kubernetes/apps/backstage/backstage/app'
const EXAMPLE = 'kubernetes/apps/external-secrets/examples/external-secret-example.yaml'
const STORE = 'kubernetes/apps/external-secrets/stores/app/vault-clustersecretstore.yaml'

/** The bugs of the example as found, each at its line; what nothing applies comes last, as notes. */
const FOUND = [
  [`${BACKSTAGE}/base/backstage-db-externalsecret.yaml:13`, 'api-version-unserved'],
  [`${BACKSTAGE}/base/pushsecret-vault.yaml:19`, 'policy-denies'],
  [`${BACKSTAGE}/base/pushsecret-vault.yaml:24`, 'policy-denies'],
  [`${BACKSTAGE}/secret-externalsecret.yaml:2`, 'api-version-unserved'],
  [`${BACKSTAGE}/secret-externalsecret.yaml:27`, 'field-unknown'],
  [`${BACKSTAGE}/secret-externalsecret.yaml:27`, 'policy-denies'],
  [`${STORE}:2`, 'api-version-unserved'],
  [`${EXAMPLE}:3`, 'api-version-unserved'],
  [`${EXAMPLE}:18`, 'policy-denies'],
  [`${EXAMPLE}:22`, 'policy-denies'],
]

let runner: Awaited<ReturnType<typeof createRunner>>
let fixed: Awaited<ReturnType<typeof createRunner>>
beforeAll(async () => {
  await bundle()
  runner = await createRunner('as-found')
  fixed = await createRunner('as-fixed')
})
afterAll(async () => {
  await runner?.remove()
  await fixed?.remove()
})

describe('a check of a pull request', () => {
  test('with findings: each annotated at its line, and the outcome', async () => {
    const { exitCode, stdout, stderr, outputs, summary } = await runner.main({})
    expect(exitCode).toBe(1)
    expect(stderr).toBe('')
    const annotations = annotationsIn(stdout)
    // The line of each cause first, then its other places. No Flux Kustomization takes the example: it is a note, in the summary alone.
    expect(annotations.slice(0, 3).map(({ title }) => title)).toEqual([
      'ESO 1.2.1 does not serve external-secrets.io/v1beta1%3A 3 objects',
      'Policy external-secrets does not cover 3 references',
      'key is not indented under extract in ExternalSecret backstage/backstage-secrets',
    ])
    expect(
      annotations
        .slice(0, -1)
        .map(({ place }) => place)
        .sort(),
    ).toEqual(FOUND.flatMap(([place = '']) => (place.startsWith(EXAMPLE) ? [] : [place])).sort())
    expect(annotations.at(-1)).toMatchObject({
      kind: 'error',
      title: '',
      place: '',
      message: '3 problems break all 3 references.',
    })
    expect(outputs).toEqual({
      outcome: 'findings',
      'error-count': '3',
      'warning-count': '0',
      references: '3',
      'checked-references': '3',
      'broken-references': '3',
      'not-checked-references': '0',
      'not-checked-count': '0',
      'report-file': '',
      'sarif-file': '',
      'has-changes': '',
      'plan-file': '',
      'plan-digest': '',
      'snapshot-file': '',
      'issue-number': '',
    })
    for (const [place = ''] of FOUND) expect(summary).toContain(`/${place.replace(':', '#L')})`)
    expect(summary).toContain('https://github.example.com/acme/gitops/blob/0123456789abcdef0123456789abcdef01234567/')
  })

  test('more of a kind than GitHub shows: nine and the outcome, the rest counted (platform.md §1.2)', async () => {
    const many = await createRunner('as-found')
    const file = join(many.workspace, `${BACKSTAGE}/secret-externalsecret.yaml`)
    const item = (name: string) =>
      `    - secretKey: ${name}\n      remoteRef: {key: webgrip/prod/clusters/soyo/apps/backstage/${name}}\n`
    const text = await readFile(file, 'utf8')
    await writeFile(file, `${text}  data:\n${['a', 'b', 'c', 'd'].map(item).join('')}`)
    const { exitCode, stdout, outputs, summary } = await many.main({})
    await many.remove()
    expect([exitCode, outputs['error-count']]).toEqual([1, '3'])
    expect(annotationsIn(stdout).filter(({ kind }) => kind === 'error')).toHaveLength(10)
    expect(stdout).toContain('9 of 11 errors are annotated')
    for (const name of ['a', 'b', 'c', 'd']) expect(summary).toContain(`apps/backstage/${name}`)
  })

  test('clean: passes without an annotation', async () => {
    const { exitCode, stdout, outputs, summary } = await fixed.main({})
    expect([exitCode, outputs.outcome, outputs['error-count']]).toEqual([0, 'clean', '0'])
    expect(annotationsIn(stdout)).toEqual([])
    expect(summary).toContain('All 3 references are allowed by the policies in Git')
  })

  test('fail-on never: everything is said, and the step passes', async () => {
    const { exitCode, outputs, stdout } = await runner.main({ inputs: { 'fail-on': 'never' } })
    expect(stdout).toContain('3 problems break all 3 references (not failing).')
    expect([exitCode, outputs.outcome, outputs['error-count']]).toEqual([0, 'clean', '3'])
  })

  test.each([
    ['a fork', { ...PULL_REQUEST, pull_request: { number: 7, head: { repo: { full_name: 'mallory/gitops' } } } }, {}],
    ['Dependabot', PULL_REQUEST, { GITHUB_ACTOR: 'dependabot[bot]' }],
  ])('of %s: no credentials, the full static check, and one line that says so', async (_, event, env) => {
    // Secrets are empty texts there (platform.md §1.3).
    const inputs = { 'vault-addr': 'https://vault.example.com', 'vault-token': '' }
    const { exitCode, stdout, outputs } = await fixed.main({ inputs, event, env })
    expect([exitCode, outputs.outcome]).toEqual([0, 'clean'])
    expect(stdout.match(/Vault was not asked.*$/gm)).toHaveLength(1)
  })

  test('report and SARIF files are written where asked, and named in the outputs', async () => {
    const inputs = { 'report-file': 'out/report.json', 'sarif-file': 'out/report.sarif' }
    const { outputs } = await runner.main({ inputs })
    expect(outputs).toMatchObject(inputs)
    const report = JSON.parse(await readFile(join(runner.workspace, 'out/report.json'), 'utf8'))
    expect(report).toMatchObject({ version: 1, outcome: 'findings', notChecked: [] })
    expect(
      report.findings.map((one: { file: string; line: number; rule: string }) => [`${one.file}:${one.line}`, one.rule]),
    ).toEqual(FOUND)
    expect(
      report.references.flatMap((one: { accesses: { path: string }[] }) => one.accesses.map(({ path }) => path)),
    ).toContain('kv/data/webgrip/prod/clusters/soyo/apps/backstage/app')
    const sarif = JSON.parse(await readFile(join(runner.workspace, 'out/report.sarif'), 'utf8'))
    expect(sarif.version).toBe('2.1.0')
    expect(sarif.runs[0].results).toHaveLength(FOUND.length)
    expect(sarif.runs[0].tool.driver.rules.length).toBeLessThanOrEqual(SARIF_RULES.length)
  })

  test('a repository without a manifest says that there was nothing to check', async () => {
    const empty = await createRunner('empty')
    const { exitCode, stdout } = await empty.main({})
    await empty.remove()
    expect(exitCode).toBe(0)
    expect(stdout).toContain('No references to Vault found')
  })
})
