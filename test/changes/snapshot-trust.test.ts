import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RunResult } from '../../src/modes/run.ts'
import { snapshotText } from '../../src/state/snapshot/snapshot-text.ts'
import { snapshot } from '../state/snapshot/sample.ts'
import { history } from './git-history.ts'
import { brought, checkBy, item, opened, SNAPSHOT, STORE, secretOf } from './snapshot-of-change.ts'

const BEFORE = { 'store.yaml': STORE, 'secret.yaml': secretOf('app', item('shop/db', 'user')) }
const AFTER = { 'secret.yaml': secretOf('app', `${item('shop/db', 'user')}\n${item('shop/new', 'user')}`) }
/** It says that nothing is missing. */
const FORGED = snapshotText(
  snapshot({
    secrets: {
      '': {
        kv: {
          shop: {
            complete: true,
            folders: [],
            secrets: { db: { version: 1, keys: { user: null } }, new: { version: 1, keys: { user: null } } },
          },
        },
      },
    },
  }),
)

const rules = ({ report }: RunResult) => report.findings.map(({ rule }) => rule)
const refusal = ({ report, exitCode }: RunResult) => [exitCode, report.outcome, report.problems?.[0]?.message ?? '']

describe('a snapshot that a workflow brings (snapshot.md §3)', () => {
  it('judges a pull request from a fork, without any login', async () => {
    const result = await checkBy(opened(BEFORE, AFTER), brought())
    expect([result.exitCode, rules(result)]).toEqual([1, ['secret-absent']])
    expect(result.report.live.line).toContain('15 hours old')
  })

  it('is believed in the checkout too, when no commit holds it', async () => {
    const checkout = opened(BEFORE, AFTER)
    writeFileSync(join(checkout.folder.folder, 'vault-snapshot.json'), SNAPSHOT)
    expect(rules(await checkBy(checkout, 'vault-snapshot.json'))).toEqual(['secret-absent'])
  })
})

describe('a snapshot that lies in the checkout', () => {
  it('is believed as the base has it', async () => {
    const checkout = opened({ ...BEFORE, 'vault-snapshot.json': SNAPSHOT }, AFTER)
    expect(rules(await checkBy(checkout, 'vault-snapshot.json'))).toEqual(['secret-absent'])
  })

  it.each([
    ['that the pull request adds', BEFORE, { ...AFTER, 'vault-snapshot.json': FORGED }],
    [
      'that the pull request changes',
      { ...BEFORE, 'vault-snapshot.json': SNAPSHOT },
      { ...AFTER, 'vault-snapshot.json': FORGED },
    ],
  ])('%s is refused', async (_, before, after) => {
    expect(refusal(await checkBy(opened(before, after), 'vault-snapshot.json'))).toEqual([
      2,
      'invalid',
      expect.stringContaining('This snapshot is not the one of `main`'),
    ])
  })

  it('that is the base’s and is written over meanwhile is refused: whose it is, nobody can tell', async () => {
    const checkout = opened({ ...BEFORE, 'vault-snapshot.json': SNAPSHOT }, AFTER)
    writeFileSync(join(checkout.folder.folder, 'vault-snapshot.json'), FORGED)
    expect(refusal(await checkBy(checkout, 'vault-snapshot.json'))[1]).toBe('invalid')
  })

  it('whose base is not in the clone is refused', async () => {
    const checkout = opened({ ...BEFORE, 'vault-snapshot.json': SNAPSHOT }, AFTER, 1)
    expect(refusal(await checkBy(checkout, 'vault-snapshot.json'))[2]).toContain('what it was before cannot be told')
  })

  it('is refused behind a symbolic link, wherever it leads', async () => {
    for (const target of [brought(FORGED), 'docs/other.json']) {
      const checkout = opened(BEFORE, { ...AFTER, 'docs/other.json': FORGED })
      symlinkSync(target, join(checkout.folder.folder, 'vault-snapshot.json'))
      expect(refusal(await checkBy(checkout, 'vault-snapshot.json'))[2]).toContain('symbolic link')
    }
    const { folder, event } = opened(BEFORE, { ...AFTER, 'docs/vault-snapshot.json': FORGED })
    symlinkSync('docs', join(folder.folder, 'snapshots'))
    expect(refusal(await checkBy({ folder, event }, 'snapshots/vault-snapshot.json'))[2]).toContain('symbolic link')
  })

  it('is refused in a repository inside of the checkout, as a submodule is', async () => {
    const checkout = opened(BEFORE, AFTER)
    const inner = history(join(checkout.folder.folder, 'sub'), null)
    checkout.folder.write({ 'sub/vault-snapshot.json': FORGED })
    inner.git('init', '-q')
    expect(refusal(await checkBy(checkout, 'sub/vault-snapshot.json'))[2]).toContain(
      'a repository inside of the checkout',
    )
  })

  it('is read on a push and on a schedule, where nobody proposes it', async () => {
    const checkout = opened({ ...BEFORE, 'vault-snapshot.json': SNAPSHOT }, { ...AFTER, 'vault-snapshot.json': FORGED })
    const env = { GITHUB_EVENT_NAME: 'schedule' }
    expect((await checkBy(checkout, 'vault-snapshot.json', env)).report.outcome).toBe('clean')
  })
})

it('an event with the trust of the repository and files of somebody else gets none (issue: untrusted events)', async () => {
  const checkout = opened(BEFORE, AFTER)
  const result = await checkBy(checkout, brought(), { GITHUB_EVENT_NAME: 'pull_request_target' })
  expect([result.report.live.asked, rules(result)]).toEqual([false, []])
  expect(result.report.live.line).toContain('has the trust of this repository')
})
